//! Routes of currencies.

use crate::caller::Caller;
use crate::crud::{Noun, crud};
use crate::describe::Routes;
use crate::exchange_rate::refuse_base;
use domain::currency::Currency;
use persistence::Tx;

impl Noun for Currency {
    fn before(_: &mut Tx, caller: &Caller, _: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        Ok(refuse_base(caller, "code", &new.code)?)
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Currency>(routes);
}
