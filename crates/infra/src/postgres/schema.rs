//! The tables for Diesel, with the columns of our own statements. A test compares this with the
//! migrated database.

diesel::table! {
    users (owner_id) {
        owner_id -> Uuid,
        kind -> SmallInt,
        created_at -> Timestamptz,
        active_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    accounts (owner_id) {
        owner_id -> Uuid,
        created_at -> Timestamptz,
        email -> Text,
        name -> Nullable<Text>,
        password_hash -> Text,
    }
}

diesel::table! {
    email_addresses (email) {
        email -> Text,
        owner_id -> Uuid,
    }
}

diesel::table! {
    api_keys (owner_id, id) {
        owner_id -> Uuid,
        id -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        name -> Text,
        hint -> Text,
    }
}

diesel::table! {
    api_key_digests (digest) {
        digest -> Binary,
        owner_id -> Uuid,
        id -> Uuid,
    }
}

diesel::table! {
    external_removals (identity) {
        identity -> Uuid,
        removed_at -> Timestamptz,
        removals -> Integer,
    }
}

diesel::table! {
    removed_owners (owner_id) {
        owner_id -> Uuid,
        removed_at -> Timestamptz,
        sweep_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    refresh_tokens (digest) {
        digest -> Binary,
        owner_id -> Uuid,
        family -> Uuid,
        created_at -> Timestamptz,
        expires_at -> Timestamptz,
        spent_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    projects (owner_id, id) {
        owner_id -> Uuid,
        id -> Uuid,
        title -> Text,
        description -> Nullable<Text>,
        instruction -> Nullable<Text>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        archived -> Bool,
        pinned -> Bool,
    }
}

diesel::table! {
    conversations (owner_id, id) {
        owner_id -> Uuid,
        id -> Uuid,
        project_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        item_count -> Integer,
        last_sequence -> Integer,
        title_source -> SmallInt,
        title -> Nullable<Text>,
        metadata -> Jsonb,
        bytes -> BigInt,
        counted_sequence -> Integer,
        archived -> Bool,
        pinned -> Bool,
        revisions -> Integer,
        tags -> Array<Text>,
    }
}

diesel::table! {
    items (owner_id, conversation_id, sequence) {
        owner_id -> Uuid,
        conversation_id -> Uuid,
        id -> Uuid,
        created_at -> Timestamptz,
        updated_at -> Timestamptz,
        sequence -> Integer,
        version -> Integer,
        role -> SmallInt,
        author_id -> Nullable<Uuid>,
        call_id -> Nullable<Text>,
        model -> Nullable<Text>,
        content -> Text,
        reasoning_version -> Nullable<Integer>,
        reasoning -> Nullable<Text>,
        parts_version -> Nullable<Integer>,
        item_type -> Nullable<Text>,
        parts -> Nullable<Text>,
        shown -> Nullable<Text>,
    }
}

diesel::table! {
    item_versions (owner_id, conversation_id, sequence, version) {
        owner_id -> Uuid,
        conversation_id -> Uuid,
        created_at -> Timestamptz,
        sequence -> Integer,
        version -> Integer,
        model -> Nullable<Text>,
        content -> Text,
        reasoning_version -> Nullable<Integer>,
        reasoning -> Nullable<Text>,
        parts_version -> Nullable<Integer>,
        item_type -> Nullable<Text>,
        parts -> Nullable<Text>,
    }
}

diesel::table! {
    jobs (owner_id, kind, key) {
        owner_id -> Uuid,
        kind -> SmallInt,
        key -> Uuid,
        conversation_id -> Nullable<Uuid>,
        created_at -> Timestamptz,
        due_at -> Timestamptz,
        leased_until -> Timestamptz,
        attempts -> Integer,
    }
}

diesel::table! {
    usage (owner_id) {
        owner_id -> Uuid,
        counted_at -> Nullable<Timestamptz>,
        storage_bytes -> BigInt,
        conversations -> BigInt,
        titles_day -> Timestamptz,
        titles -> Integer,
        counting_since -> Nullable<Timestamptz>,
        counted_bytes -> BigInt,
        counted_conversations -> BigInt,
        last_conversation -> Nullable<Uuid>,
        last_project -> Nullable<Uuid>,
        last_share -> Nullable<Uuid>,
        last_repeat -> Nullable<Binary>,
        last_response -> Nullable<Uuid>,
    }
}

diesel::table! {
    user_settings (owner_id) {
        owner_id -> Uuid,
        updated_at -> Timestamptz,
        use_profile -> Nullable<Bool>,
        style -> Nullable<SmallInt>,
        nickname -> Nullable<Text>,
        occupation -> Nullable<Text>,
        about -> Nullable<Text>,
        instructions -> Nullable<Text>,
        preferences -> Text,
    }
}

diesel::table! {
    repeats (owner_id, key) {
        owner_id -> Uuid,
        key -> Binary,
        body -> Binary,
        token -> Uuid,
        created_at -> Timestamptz,
        leased_until -> Timestamptz,
        expires_at -> Timestamptz,
        attempt -> Nullable<SmallInt>,
        status -> Nullable<SmallInt>,
        made -> Nullable<SmallInt>,
        ids -> Nullable<Array<Uuid>>,
        finish_reason -> Nullable<Text>,
    }
}

diesel::table! {
    shares (owner_id, conversation_id, id) {
        owner_id -> Uuid,
        conversation_id -> Uuid,
        id -> Uuid,
        share_id -> Text,
        item_sequence -> Nullable<Integer>,
        item_id -> Nullable<Uuid>,
        title -> Nullable<Text>,
        last_sequence -> Integer,
        read_only -> Bool,
        live -> Bool,
        include_context -> Bool,
        added_count -> Integer,
        view_count -> BigInt,
        created_at -> Timestamptz,
        expires_at -> Nullable<Timestamptz>,
        revoked_at -> Nullable<Timestamptz>,
    }
}

diesel::table! {
    responses (owner_id, id) {
        owner_id -> Uuid,
        id -> Uuid,
        created_at -> Timestamptz,
        ended_at -> Nullable<Timestamptz>,
        leased_until -> Nullable<Timestamptz>,
        conversation_id -> Nullable<Uuid>,
        previous_id -> Nullable<Uuid>,
        parent_id -> Nullable<Uuid>,
        first_number -> Integer,
        input_count -> Integer,
        status -> SmallInt,
        cut_by -> Nullable<SmallInt>,
        is_background -> Bool,
        model -> Nullable<Text>,
        settings -> Text,
        input -> Text,
        output -> Text,
        cuts -> Array<Integer>,
        usage -> Nullable<Array<Integer>>,
        failure_code -> Nullable<Text>,
        failure_message -> Nullable<Text>,
    }
}

diesel::table! {
    share_digests (digest) {
        digest -> Binary,
        owner_id -> Uuid,
        conversation_id -> Uuid,
        id -> Uuid,
    }
}

diesel::allow_tables_to_appear_in_same_query!(conversations, items, projects);
diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, users);
