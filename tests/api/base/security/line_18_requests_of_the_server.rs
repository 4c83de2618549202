//! Line 18. The server asks nobody for anything on behalf of a caller: there are no webhooks and no images fetched by address
//! yet, and mail goes to the one server that the operator names. So whatever address is handed in, nothing comes to it; what
//! fetches one some day fails here, and brings the refusals of private addresses with it.

use crate::description::{Probe, clear, operations};
use crate::import::import;
use std::net::TcpListener;
use tests::*;

/// Ways to write an address of this machine.
fn addresses(port: u16) -> [String; 6] {
    [
        format!("http://127.0.0.1:{port}/x"),
        format!("http://localhost:{port}/x"),
        format!("http://[::ffff:127.0.0.1]:{port}/x"),
        format!("http://2130706433:{port}/x"),
        format!("http://0x7f.1:{port}/x.png"),
        format!("//127.0.0.1:{port}/x"),
    ]
}

both! {
    fn no_address_that_is_handed_in_is_called(t) {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        listener.set_nonblocking(true).expect("asks and goes on");
        let addresses = addresses(listener.local_addr().expect("an address").port());
        let mut position = 0;
        for operation in operations(t).filter(|o| o.mutates() && o.takes_json()) {
            let names = t.owner.description().properties(&operation.body);
            for name in names {
                let mut probe = Probe::new(t, &t.owner, operation);
                // The types of most fields refuse it; those that are text take it.
                let mut body = probe.body.take().unwrap_or(json!({}));
                if body.get(&name).is_some_and(|v| !v.is_string()) || ["password", "new_password", "secret", "code"].contains(&name.as_str()) {
                    continue;
                }
                body[&name] = json!(addresses[position as usize % addresses.len()]);
                probe.body = Some(body);
                position += 1;
                probe.send(&t.owner, operation);
                clear(t, operation);
            }
        }
        for address in &addresses {
            t.owner.create("/customers", json!({ "name": address, "website": addresses[0], "description": format!("<img src=\"{address}\">") }));
            t.owner.get(&format!("/search?q={}", encoded(address))).expect(200);
        }
        import(&t.owner, "customers", format!("name,website\nx,{}\n{},\n", addresses[0], addresses[1]), &[]);
        t.owner.get("/customers?limit=200&expand=owner").expect(200);
        t.owner.get("/audit/export").expect(200);
        assert!(position > 300, "{position}");
        // What a thread of the server does later: the jobs before this one are over then.
        seed::job(&t.owner);
        let came = listener.accept().map(|(_, from)| from);
        assert!(came.is_err(), "somebody called: {came:?}");
    }

    fn nothing_in_the_description_is_there_to_be_called(t) {
        let text = t.owner.description().document.to_string();
        for word in ["webhook", "callback", "\"format\":\"uri\"", "image_url", "avatar_url"] {
            assert!(!text.to_lowercase().contains(word), "{word} is new: show that private addresses, redirects and rebinding are refused");
        }
    }
}
