-- Mails on their way: written in the transaction of what they tell of, delivered afterwards, at least once. `id` is also the Message-ID.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    organization_id TEXT NOT NULL REFERENCES organizations (id),
    seq BIGINT NOT NULL,
    recipient TEXT NOT NULL,
    subject TEXT NOT NULL,
    text_body TEXT NOT NULL,
    html_body TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    claimed_until BIGINT,
    sent_at BIGINT,
    failed_at BIGINT,
    problem TEXT NOT NULL,
    CHECK (sent_at IS NULL OR failed_at IS NULL)
);
CREATE INDEX mails_by_organization ON mails (organization_id, created_at, id);
CREATE INDEX mails_due ON mails (due_at, id) WHERE sent_at IS NULL AND failed_at IS NULL;
