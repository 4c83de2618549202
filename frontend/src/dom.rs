//! Small helpers round the browser's objects.

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};

pub fn stored(key: &str) -> Option<String> {
    window()
        .local_storage()
        .ok()??
        .get_item(&format!("guanxi.{key}"))
        .ok()?
}

/// Kept for the next visit; a browser that forbids storage only forgets.
pub fn store(key: &str, value: &str) {
    if let Ok(Some(storage)) = window().local_storage() {
        let _ = storage.set_item(&format!("guanxi.{key}"), value);
    }
}

/// What is half written, kept in this tab only.
pub fn draft(key: &str) -> Option<String> {
    let storage = window().session_storage().ok()??;
    storage.get_item(&format!("guanxi.{key}")).ok()?
}

/// Keeps it; nothing written is nothing kept.
pub fn keep_draft(key: &str, text: &str) {
    let Ok(Some(storage)) = window().session_storage() else {
        return;
    };
    let key = format!("guanxi.{key}");
    let _ = match text {
        "" => storage.remove_item(&key),
        text => storage.set_item(&key, text),
    };
}

/// Forgets all whose keys begin so.
pub fn forget(prefix: &str) {
    let prefix = format!("guanxi.{prefix}");
    for storage in [window().local_storage(), window().session_storage()] {
        if let Ok(Some(storage)) = storage {
            forget_in(&storage, &prefix);
        }
    }
}

fn forget_in(storage: &web_sys::Storage, prefix: &str) {
    let keys = (0..storage.length().unwrap_or(0)).filter_map(|i| storage.key(i).ok().flatten());
    let keys: Vec<String> = keys.filter(|key| key.starts_with(prefix)).collect();
    for key in keys {
        let _ = storage.remove_item(&key);
    }
}

/// Runs after `ms` milliseconds.
pub fn after(ms: u64, run: impl FnOnce() + 'static) -> Option<TimeoutHandle> {
    set_timeout_with_handle(run, std::time::Duration::from_millis(ms)).ok()
}

/// Waits inside an async block.
pub async fn sleep(ms: i32) {
    let promise = js_sys::Promise::new(&mut |resolve, _| {
        let _ = window().set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms);
    });
    let _ = wasm_bindgen_futures::JsFuture::from(promise).await;
}

/// Calls what is given last, once typing has paused.
pub fn debounce(ms: u64) -> impl Fn(Box<dyn FnOnce()>) + Clone + 'static {
    let handle = StoredValue::new_local(None::<TimeoutHandle>);
    on_cleanup(move || {
        if let Some(Some(old)) = handle.try_get_value() {
            old.clear();
        }
    });
    move |run| {
        if let Some(old) = handle.try_get_value().flatten() {
            old.clear();
        }
        handle.try_set_value(after(ms, run));
    }
}

/// Whether the window is at least so wide, as it is now.
pub fn wider_than(pixels: f64) -> Memo<bool> {
    let measure = move || {
        let width = window().inner_width().ok().and_then(|w| w.as_f64());
        width.is_none_or(|w| w > pixels)
    };
    let wide = RwSignal::new(measure());
    let resized = window_event_listener(leptos::ev::resize, move |_| {
        wide.try_set(measure());
    });
    on_cleanup(move || resized.remove());
    Memo::new(move |_| wide.get())
}

pub fn focus_id(id: &str) {
    if let Some(element) = document().get_element_by_id(id) {
        focus(&element);
    }
}

pub fn focus(element: &web_sys::Element) {
    if let Some(element) = element.dyn_ref::<web_sys::HtmlElement>() {
        let _ = element.focus();
    }
}

/// Pushes a row sideways until what matches stands in its middle, as far as it goes.
pub fn centre(row: &web_sys::Element, selector: &str) {
    if let Ok(Some(item)) = row.query_selector(selector) {
        let middle = |element: &web_sys::Element| {
            let place = element.get_bounding_client_rect();
            place.left() + place.width() / 2.0
        };
        row.set_scroll_left(row.scroll_left() + (middle(&item) - middle(row)) as i32);
    }
}

/// Focuses, after the next frame, the first element that matches.
pub fn focus_soon(selector: String) {
    request_animation_frame(move || {
        if let Ok(Some(element)) = document().query_selector(&selector) {
            focus(&element);
        }
    });
}

/// Whether nothing has the keyboard: what had it is gone.
pub fn focus_lost() -> bool {
    document().active_element().is_none_or(|e| e.tag_name() == "BODY")
}

/// True while the person types into something, so that single keys are not taken as commands.
pub fn typing(event: &web_sys::Event) -> bool {
    let Some(element) = event.target().and_then(|t| t.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
        || element.closest("dialog, .menu").ok().flatten().is_some()
}

/// True while an input method is at work: what is in the box is half a word, and Enter takes what is offered there.
pub fn composing(event: &web_sys::Event) -> bool {
    // Some browsers say so only by this code.
    get(event, "isComposing") == true || get(event, "keyCode") == 229
}

/// What a box for a day or a moment holds; None while only a part of it is there, which the browser tells as empty.
pub fn whole_date(event: &web_sys::Event) -> Option<String> {
    let input = event.target()?.dyn_into::<web_sys::HtmlInputElement>().ok()?;
    (!input.validity().bad_input()).then(|| input.value())
}

/// A number as the browser reads it: Rust's own way to read a fraction carries 10 kB of tables.
pub fn number(text: &str) -> Option<f64> {
    let number = JsValue::from_str(text).unchecked_into_f64();
    (number.is_finite() && !text.trim().is_empty()).then_some(number)
}

/// True when the event happened inside an element that matches.
pub fn within(event: &web_sys::Event, selector: &str) -> bool {
    event
        .target()
        .and_then(|t| t.dyn_into::<web_sys::Element>().ok())
        .and_then(|e| e.closest(selector).ok().flatten())
        .is_some()
}

pub fn get(object: &JsValue, key: &str) -> JsValue {
    js_sys::Reflect::get(object, &key.into()).unwrap_or(JsValue::UNDEFINED)
}

/// An options object of strings.
pub fn object(entries: &[(&str, JsValue)]) -> JsValue {
    let object = js_sys::Object::new();
    for (key, value) in entries {
        let _ = js_sys::Reflect::set(&object, &JsValue::from_str(key), value);
    }
    object.into()
}

/// Puts text on the clipboard; false where the browser does not let it.
pub async fn copy(text: &str) -> bool {
    let clipboard = get(&window().navigator(), "clipboard");
    let Ok(write) = get(&clipboard, "writeText").dyn_into::<js_sys::Function>() else {
        return false;
    };
    match write.call1(&clipboard, &text.into()) {
        Ok(promise) => wasm_bindgen_futures::JsFuture::from(promise.unchecked_into::<js_sys::Promise>())
            .await
            .is_ok(),
        Err(_) => false,
    }
}

/// Offers text as a file to keep.
pub fn download(name: &str, mime: &str, text: &str) {
    let parts = js_sys::Array::of1(&JsValue::from_str(text));
    let bag = object(&[("type", mime.into())]);
    let Ok(blob) = web_sys::Blob::new_with_str_sequence_and_options(&parts, bag.unchecked_ref()) else {
        return;
    };
    let Ok(url) = web_sys::Url::create_object_url_with_blob(&blob) else {
        return;
    };
    keep(&url, name);
}

/// Has the browser keep what it holds at an address within this page, under a name.
pub fn keep(url: &str, name: &str) {
    if let Some(link) = document()
        .create_element("a")
        .ok()
        .and_then(|e| e.dyn_into::<web_sys::HtmlAnchorElement>().ok())
    {
        link.set_href(url);
        link.set_download(name);
        link.click();
    }
    let _ = web_sys::Url::revoke_object_url(url);
}

/// Calls back whoever asked to be told, if it is still there: a dialog may have closed while an answer was under way.
pub trait Tell<T> {
    fn tell(&self, value: T);
}

impl<T: 'static> Tell<T> for Callback<T> {
    fn tell(&self, value: T) {
        let _ = self.try_run(value);
    }
}
