//! How a formula is read: words first, then what belongs to what, the tighter of two operators first.

use super::exact::Exact;
use super::{Wrong, function::Function};

/// A part of a formula, and at which character it begins.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    pub at: usize,
    pub part: Part,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Part {
    Number(Exact),
    Text(String),
    Bool(bool),
    /// A field, by its name.
    Name(String),
    Minus(Box<Node>),
    Not(Box<Node>),
    Two(Op, Box<Node>, Box<Node>),
    Call(Function, Vec<Node>),
}

/// What stands between two values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Join,
    Plus,
    Minus,
    Times,
    By,
}

impl Op {
    /// How tightly it binds.
    fn force(self) -> u8 {
        match self {
            Self::Or => 1,
            Self::And => 2,
            Self::Equal | Self::Unequal | Self::Less | Self::LessOrEqual | Self::More | Self::MoreOrEqual => 4,
            Self::Join => 5,
            Self::Plus | Self::Minus => 6,
            Self::Times | Self::By => 7,
        }
    }
}

/// `not` binds less than a comparison, and more than `and`.
const NOT: u8 = 3;
/// A sign binds more than anything between two values.
const SIGN: u8 = 8;

#[derive(Debug, Clone, PartialEq)]
enum Token {
    Number(Exact),
    Text(String),
    Word(String),
    /// A field in braces.
    Name(String),
    Op(Op),
    Open,
    Close,
    Comma,
}

/// The most characters, values within one another, and operators: enough for people, and little enough for a stack.
pub const MOST: usize = 1_000;
const DEEPEST: usize = 40;
const MOST_OPERATORS: usize = 200;

/// Reads a formula.
pub fn read(text: &str) -> Result<Node, Wrong> {
    let chars: Vec<char> = text.chars().collect();
    if chars.len() > MOST {
        return Err(Wrong::at(MOST, "too_long").with("max", MOST));
    }
    let mut reader = Reader {
        tokens: words(&chars)?,
        next: 0,
        end: chars.len(),
        deep: 0,
        operators: 0,
    };
    let node = reader.value(0)?;
    match reader.tokens.get(reader.next) {
        None => Ok(node),
        Some((at, _)) => Err(Wrong::syntax(*at)),
    }
}

fn words(chars: &[char]) -> Result<Vec<(usize, Token)>, Wrong> {
    let mut tokens = Vec::new();
    let mut at = 0;
    // From a place on, as long as something holds.
    let span = |from: usize, holds: &dyn Fn(char) -> bool| -> usize {
        chars[from..]
            .iter()
            .position(|c| !holds(*c))
            .map_or(chars.len(), |n| from + n)
    };
    let text = |from: usize, to: usize| -> String { chars[from..to].iter().collect() };
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    while at < chars.len() {
        let (from, c) = (at, chars[at]);
        let follows = |wanted: char| chars.get(from + 1) == Some(&wanted);
        let (token, to) = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '0'..='9' => {
                let to = span(from, &|c| c.is_ascii_digit() || c == '.');
                let number = Exact::parse(&text(from, to)).ok_or_else(|| Wrong::syntax(from))?;
                (Token::Number(number), to)
            }
            'a'..='z' | 'A'..='Z' | '_' => {
                let to = span(from, &part);
                (Token::Word(text(from, to)), to)
            }
            '{' => {
                let to = span(from + 1, &part);
                if chars.get(to) != Some(&'}') {
                    return Err(Wrong::syntax(from));
                }
                (Token::Name(text(from + 1, to)), to + 1)
            }
            // A quotation mark within stands twice.
            '"' | '\'' => {
                let (mut to, mut said) = (from + 1, String::new());
                loop {
                    match (chars.get(to), chars.get(to + 1)) {
                        (Some(one), Some(two)) if *one == c && *two == c => {
                            (said, to) = (said + &c.to_string(), to + 2)
                        }
                        (Some(one), _) if *one == c => break,
                        (Some(one), _) => (said, to) = (said + &one.to_string(), to + 1),
                        (None, _) => return Err(Wrong::syntax(from)),
                    }
                }
                (Token::Text(said), to + 1)
            }
            '(' | '（' => (Token::Open, from + 1),
            ')' | '）' => (Token::Close, from + 1),
            ',' | '，' => (Token::Comma, from + 1),
            '+' => (Token::Op(Op::Plus), from + 1),
            '-' => (Token::Op(Op::Minus), from + 1),
            '*' => (Token::Op(Op::Times), from + 1),
            '/' => (Token::Op(Op::By), from + 1),
            '&' if follows('&') => (Token::Op(Op::And), from + 2),
            '&' => (Token::Op(Op::Join), from + 1),
            '|' if follows('|') => (Token::Op(Op::Or), from + 2),
            '=' => (Token::Op(Op::Equal), from + 1 + usize::from(follows('='))),
            '!' if follows('=') => (Token::Op(Op::Unequal), from + 2),
            '!' => (Token::Word("not".into()), from + 1),
            '<' if follows('>') => (Token::Op(Op::Unequal), from + 2),
            '<' if follows('=') => (Token::Op(Op::LessOrEqual), from + 2),
            '<' => (Token::Op(Op::Less), from + 1),
            '>' if follows('=') => (Token::Op(Op::MoreOrEqual), from + 2),
            '>' => (Token::Op(Op::More), from + 1),
            _ => return Err(Wrong::syntax(from)),
        };
        tokens.push((from, token));
        at = to;
    }
    Ok(tokens)
}

struct Reader {
    tokens: Vec<(usize, Token)>,
    next: usize,
    end: usize,
    deep: usize,
    operators: usize,
}

impl Reader {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|(_, token)| token)
    }

    fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.end, |(at, _)| *at)
    }

    fn take(&mut self, wanted: &Token) -> Result<(), Wrong> {
        match self.peek() == Some(wanted) {
            true => self.next += 1,
            false => return Err(Wrong::syntax(self.at())),
        }
        Ok(())
    }

    /// The operator that comes next.
    fn op(&self) -> Option<Op> {
        match self.peek()? {
            Token::Op(op) => Some(*op),
            Token::Word(word) => match word.to_ascii_lowercase().as_str() {
                "and" => Some(Op::And),
                "or" => Some(Op::Or),
                _ => None,
            },
            _ => None,
        }
    }

    /// A value with all that binds to it more tightly than what stands before.
    fn value(&mut self, force: u8) -> Result<Node, Wrong> {
        self.deep += 1;
        if self.deep > DEEPEST {
            return Err(Wrong::at(self.at(), "formula_too_large"));
        }
        let mut left = self.first()?;
        while let Some(op) = self.op().filter(|op| op.force() > force) {
            let at = self.at();
            self.next += 1;
            self.operators += 1;
            if self.operators > MOST_OPERATORS {
                return Err(Wrong::at(at, "formula_too_large"));
            }
            let right = self.value(op.force())?;
            left = Node {
                at,
                part: Part::Two(op, Box::new(left), Box::new(right)),
            };
        }
        self.deep -= 1;
        Ok(left)
    }

    fn first(&mut self) -> Result<Node, Wrong> {
        let at = self.at();
        let Some((_, token)) = self.tokens.get(self.next).cloned() else {
            return Err(Wrong::syntax(at));
        };
        self.next += 1;
        let part = match token {
            Token::Number(number) => Part::Number(number),
            Token::Text(text) => Part::Text(text),
            Token::Name(name) => Part::Name(name),
            Token::Op(Op::Minus) => Part::Minus(Box::new(self.value(SIGN)?)),
            Token::Open => {
                let within = self.value(0)?;
                self.take(&Token::Close)?;
                within.part
            }
            Token::Word(word) => self.word(at, &word)?,
            _ => return Err(Wrong::syntax(at)),
        };
        Ok(Node { at, part })
    }

    fn word(&mut self, at: usize, word: &str) -> Result<Part, Wrong> {
        let plain = word.to_ascii_lowercase();
        if self.peek() == Some(&Token::Open) && plain != "not" {
            let function =
                Function::named(&plain).ok_or_else(|| Wrong::at(at, "formula_function").with("function", word))?;
            return Ok(Part::Call(function, self.arguments()?));
        }
        Ok(match plain.as_str() {
            "true" => Part::Bool(true),
            "false" => Part::Bool(false),
            "not" => Part::Not(Box::new(self.value(NOT)?)),
            "and" | "or" => return Err(Wrong::syntax(at)),
            _ => Part::Name(word.to_owned()),
        })
    }

    fn arguments(&mut self) -> Result<Vec<Node>, Wrong> {
        self.take(&Token::Open)?;
        let mut all = Vec::new();
        if self.peek() == Some(&Token::Close) {
            self.next += 1;
            return Ok(all);
        }
        loop {
            all.push(self.value(0)?);
            match self.peek() {
                Some(Token::Comma) => self.next += 1,
                _ => {
                    self.take(&Token::Close)?;
                    return Ok(all);
                }
            }
        }
    }
}
