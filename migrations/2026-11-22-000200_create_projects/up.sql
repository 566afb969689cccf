create table projects (
    owner_id uuid not null,
    id uuid not null,
    title text not null check (char_length(title) between 1 and 120),
    description text check (char_length(description) <= 2000),
    instruction text check (char_length(instruction) <= 32768),
    created_at timestamptz not null,
    updated_at timestamptz not null,
    primary key (owner_id, id)
);
