alter table conversations drop column counted_sequence, drop column bytes;
