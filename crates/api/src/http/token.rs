//! Access tokens (JWT, RFC 8725: one algorithm, everything checked), opaque refresh tokens, and the secrets of API keys.

use domain::Id;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, TokenData, Validation, decode, decode_header, encode};
use persistence::session;
use persistence::workspace::SigningKey;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

/// Seconds an access token lives.
pub const ACCESS_SECONDS: i64 = 15 * 60;
/// Seconds after which a session ends, however often it is refreshed.
pub const SESSION_SECONDS: i64 = 30 * 24 * 3600;

const ISSUER: &str = "guanxi";
const AUDIENCE: &str = "guanxi-api";
/// RFC 9068; keeps other tokens of ours from being taken for access tokens.
const TYPE: &str = "at+jwt";

#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Claims {
    iss: String,
    aud: String,
    iat: i64,
    nbf: i64,
    exp: i64,
    /// The user.
    pub sub: Id,
    /// The workspace.
    pub ws: Id,
    /// The session.
    pub sid: Id,
}

/// Why a token is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TokenError {
    Invalid,
    Expired,
    /// Another node may have made the key since.
    UnknownKey,
}

impl TokenError {
    pub fn code(self) -> &'static str {
        match self {
            Self::Invalid | Self::UnknownKey => "token_invalid",
            Self::Expired => "token_expired",
        }
    }
}

pub struct Tokens {
    keys: RwLock<Keys>,
    validation: Validation,
    /// Those that were found to hold, under the keys there are: a token comes with every request, and its signature stays
    /// what it is. They are forgotten when the keys change, and when there are many.
    known: RwLock<HashMap<Box<str>, Claims>>,
}

const MOST_KNOWN: usize = 4096;

/// The newest key signs, all verify.
struct Keys {
    newest: String,
    sign: EncodingKey,
    verify: Vec<(String, DecodingKey)>,
}

impl Keys {
    fn new(keys: &[SigningKey]) -> Self {
        let (newest, secret) = keys.first().map_or(("", ""), |k| (&k.id, &k.secret));
        Self {
            newest: newest.to_owned(),
            sign: EncodingKey::from_secret(secret.as_bytes()),
            verify: keys
                .iter()
                .map(|k| (k.id.clone(), DecodingKey::from_secret(k.secret.as_bytes())))
                .collect(),
        }
    }
}

impl Tokens {
    pub fn new(keys: &[SigningKey]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        validation.set_required_spec_claims(&["exp", "nbf", "iss", "aud", "sub"]);
        validation.validate_nbf = true;
        validation.leeway = 0;
        Self {
            keys: RwLock::new(Keys::new(keys)),
            validation,
            known: RwLock::default(),
        }
    }

    /// Goes on with these keys.
    pub fn replace(&self, keys: &[SigningKey]) {
        // Held until both are done, so that no token is noted by the keys before.
        let mut held = self.keys.write().unwrap_or_else(PoisonError::into_inner);
        *held = Keys::new(keys);
        self.known.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    pub fn access(&self, user: Id, workspace: Id, session: Id) -> Result<String, jsonwebtoken::errors::Error> {
        let now = chrono::Utc::now().timestamp();
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let mut header = Header::new(Algorithm::HS256);
        header.typ = Some(TYPE.into());
        header.kid = Some(keys.newest.clone());
        let claims = Claims {
            iss: ISSUER.into(),
            aud: AUDIENCE.into(),
            iat: now,
            nbf: now,
            exp: now + ACCESS_SECONDS,
            sub: user,
            ws: workspace,
            sid: session,
        };
        encode(&header, &claims, &keys.sign)
    }

    /// The claims of a token that holds.
    pub fn check(&self, token: &str) -> Result<Claims, TokenError> {
        let now = chrono::Utc::now().timestamp();
        let known = self
            .known
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(token)
            .cloned();
        // Whatever else there is to say of one, is said when it is looked at whole.
        if let Some(claims) = known.filter(|claims| claims.nbf <= now && now < claims.exp) {
            return Ok(claims);
        }
        let header = decode_header(token).map_err(|_| TokenError::Invalid)?;
        if header.typ.as_deref() != Some(TYPE) || header.alg != Algorithm::HS256 {
            return Err(TokenError::Invalid);
        }
        let kid = header.kid.ok_or(TokenError::Invalid)?;
        let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
        let found = keys.verify.iter().find(|(id, _)| *id == kid);
        let (_, key) = found.ok_or(TokenError::UnknownKey)?;
        match decode(token, key, &self.validation) {
            Ok(TokenData::<Claims> { claims, .. }) => {
                let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
                if known.len() >= MOST_KNOWN {
                    known.clear();
                }
                known.insert(token.into(), claims.clone());
                Ok(claims)
            }
            Err(e) if matches!(e.kind(), jsonwebtoken::errors::ErrorKind::ExpiredSignature) => Err(TokenError::Expired),
            Err(_) => Err(TokenError::Invalid),
        }
    }
}

/// A secret nobody guesses: 32 random bytes, in letters that need no escaping.
pub fn secret() -> Result<String, getrandom::Error> {
    use base64::Engine;
    let mut bytes = [0u8; 32];
    getrandom::fill(&mut bytes)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// What the store keeps of a secret.
pub fn hash(secret: impl AsRef<[u8]>) -> String {
    use std::fmt::Write;
    Sha256::digest(secret)
        .iter()
        .fold(String::with_capacity(64), |mut out, b| {
            let _ = write!(out, "{b:02x}");
            out
        })
}

/// A refresh token names its session, which is no secret, and holds one that all tokens of the session share: by that an
/// old one is told from one that was made up.
pub struct Refresh {
    pub session: Id,
    family: String,
    own: String,
}

impl Refresh {
    pub fn first(session: Id) -> Result<Self, getrandom::Error> {
        let family = secret()?;
        Self::of(session, family)
    }

    /// What takes its place.
    pub fn next(&self) -> Result<Self, getrandom::Error> {
        Self::of(self.session, self.family.clone())
    }

    fn of(session: Id, family: String) -> Result<Self, getrandom::Error> {
        let own = secret()?;
        Ok(Self { session, family, own })
    }

    pub fn parse(token: &str) -> Option<Self> {
        let (session, secrets) = token.strip_prefix("gx_rt_")?.split_once('_')?;
        // Sessions opened by earlier versions have no family.
        let (family, own) = secrets.split_once('.').unwrap_or(("", secrets));
        Some(Self {
            session: Id::try_parse(session).ok()?,
            family: family.to_owned(),
            own: own.to_owned(),
        })
    }

    pub fn text(&self) -> String {
        format!("gx_rt_{}_{}.{}", self.session.simple(), self.family, self.own)
    }

    /// As the store knows it.
    pub fn hashes(&self) -> session::Token {
        session::Token {
            family: hash(&self.family),
            own: hash(&self.own),
        }
    }
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/// 43 letters of 62 are 256 bits.
const KEY_LETTERS: usize = 43;
const CHECK_LETTERS: usize = 6;
/// How much of a key is shown afterwards, so that its owner can tell it from others.
const SHOWN: usize = domain::api_key::PREFIX.len() + 4;

/// The secret of an API key: a prefix that is recognised, letters that a double click selects, a checksum.
pub fn api_key() -> Result<String, getrandom::Error> {
    let mut letters = String::with_capacity(KEY_LETTERS);
    while letters.len() < KEY_LETTERS {
        let mut bytes = [0u8; KEY_LETTERS];
        getrandom::fill(&mut bytes)?;
        // 248 is the last multiple of 62: with the rest some letters would come more often.
        let fair = bytes.iter().filter(|b| **b < 248);
        letters.extend(fair.map(|b| char::from(BASE62[usize::from(b % 62)])));
        letters.truncate(KEY_LETTERS);
    }
    let check = checksum(&letters);
    Ok(format!("{}{letters}{check}", domain::api_key::PREFIX))
}

fn checksum(letters: &str) -> String {
    let digest = Sha256::digest(letters);
    let check = digest.iter().take(CHECK_LETTERS);
    check.map(|b| char::from(BASE62[usize::from(b % 62)])).collect()
}

/// What is shown of an API key.
pub fn api_key_prefix(secret: &str) -> String {
    secret.chars().take(SHOWN).collect()
}

/// The hash of what looks like an API key; none where a letter is missing or wrong.
pub fn parse_api_key(secret: &str) -> Option<String> {
    let letters = secret.strip_prefix(domain::api_key::PREFIX)?;
    let (letters, check) = letters.split_at_checked(KEY_LETTERS)?;
    (check == checksum(letters)).then(|| hash(secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_key_is_whole_or_none() {
        let key = api_key().expect("chance");
        assert_eq!(key.len(), domain::api_key::PREFIX.len() + KEY_LETTERS + CHECK_LETTERS);
        assert_eq!(parse_api_key(&key), Some(hash(&key)));
        assert_ne!(api_key().expect("chance"), key);
        for n in 0..key.len() {
            let mut typo = key.clone().into_bytes();
            typo[n] = if typo[n] == b'x' { b'y' } else { b'x' };
            assert_eq!(parse_api_key(&String::from_utf8(typo).expect("text")), None, "{n}");
            assert_eq!(parse_api_key(&key[..n]), None);
        }
        assert_eq!(parse_api_key(&format!("{key}0")), None);
        assert_eq!(parse_api_key("gx_live_ü"), None);
        assert_eq!(api_key_prefix(&key), key[..12]);
    }
}
