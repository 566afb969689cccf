alter table usage drop column last_response;
