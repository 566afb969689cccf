drop index shares_by_item;
