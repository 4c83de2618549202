//! The linked SQLite's full-text tokenizer keeps every search token whole, and its queries mean what they should.
#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use diesel::{
    Connection, QueryableByName, RunQueryDsl, SqliteConnection,
    connection::SimpleConnection,
    sql_query,
    sql_types::{BigInt, Text},
};
use domain::text::{Group, query, tokens};

#[derive(QueryableByName)]
struct Term {
    #[diesel(sql_type = Text)]
    term: String,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

fn index() -> SqliteConnection {
    let mut db = SqliteConnection::establish(":memory:").unwrap();
    db.batch_execute(
        "CREATE VIRTUAL TABLE search USING fts5
            (tokens, content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0');
         CREATE VIRTUAL TABLE terms USING fts5vocab('search', 'row');",
    )
    .unwrap();
    db
}

fn insert(db: &mut SqliteConnection, tokens: &BTreeSet<String>) {
    let text = tokens.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
    sql_query("INSERT INTO search (tokens) VALUES (?)")
        .bind::<Text, _>(text)
        .execute(db)
        .unwrap();
}

#[test]
fn each_character_that_can_be_in_a_token_stays_in_it_unchanged() {
    let mut all = BTreeSet::new();
    // Nothing beyond the third plane is a letter.
    for block in (0..0x40000).step_by(64) {
        let spaced: String = (block..block + 64)
            .filter_map(char::from_u32)
            .flat_map(|c| ['x', c, 'x', ' '])
            .collect();
        all.extend(tokens(&[(Group::General, &spaced)]));
    }
    assert!(all.len() > 150_000, "{}", all.len());
    let mut db = index();
    insert(&mut db, &all);
    let kept = sql_query("SELECT term FROM terms").load::<Term>(&mut db).unwrap();
    let kept: BTreeSet<String> = kept.into_iter().map(|row| row.term).collect();
    let lost: Vec<&String> = all.difference(&kept).take(20).collect();
    assert!(lost.is_empty(), "{lost:?}");
    assert_eq!(kept.len(), all.len());
}

#[test]
fn a_query_finds_what_it_should() {
    let mut db = index();
    let parts = [
        (Group::General, "張三丰 𠮷野家 Zoë O'Brien"),
        (Group::Phone, "+86 138-0013-8000"),
        (Group::Email, "San.Zhang@mail.example.com"),
    ];
    insert(&mut db, &tokens(&parts));
    let mut count = |q: &str| {
        let text = query(q, &Group::ALL).unwrap().to_fts5();
        sql_query("SELECT count(*) AS count FROM search WHERE search MATCH ?")
            .bind::<Text, _>(text)
            .get_result::<Count>(&mut db)
            .unwrap()
            .count
    };
    let found = [
        "张三",
        "三丰",
        "丰",
        "zsf",
        "zhangsan",
        "𠮷野",
        "zoë",
        "zoe",
        "obrien",
        "8000",
        "138 0013 8000",
        "san.zhang@mail",
        "example.com",
        "张三 1380",
    ];
    for q in found {
        assert_eq!(count(q), 1, "{q}");
    }
    for q in ["张丰", "李四", "8002", "zf", "NOT", "张三 OR 李四", "g张三"] {
        assert_eq!(count(q), 0, "{q}");
    }
}
