alter table usage_event add column cost_nanodollars bigint not null default 0;
comment on column usage_event.cost_nanodollars is 'billionths of a dollar, at the prices of the time';
