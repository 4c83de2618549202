//! Routes of currencies.

use crate::crud::crud;
use crate::describe::Routes;
use crate::exchange_rate::refuse_base;
use crate::noun::Noun;
use crate::write::Writing;
use domain::currency::Currency;
use persistence::Tx;

impl Noun for Currency {
    fn before(_: &mut Tx, writing: &mut Writing, _: Option<&Self>, new: &mut Self) -> persistence::Result<()> {
        Ok(refuse_base(writing, "code", &new.code)?)
    }
}

pub fn routes(routes: &mut Routes) {
    crud::<Currency>(routes);
}
