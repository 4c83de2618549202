//! Pictures made anew: any file that is taken becomes an upright square JPEG, with nothing in it but the picture.

use crate::error::Problem;
use actix_web::http::StatusCode;
use domain::Issue;
use domain::avatar::{MOST_MEGAPIXELS, SIDE};
use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage};
use std::io::Cursor;

/// What is sent as wide as it is kept may look a little worse than the file.
const QUALITY: u8 = 85;
/// Four bytes a pixel; pictures with more to a pixel may have fewer pixels.
const MOST_DECODED: u64 = MOST_MEGAPIXELS * 1_000_000 * 4;

pub fn unsupported() -> Problem {
    Problem::request(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_picture")
}

fn broken(_: image::ImageError) -> Problem {
    Issue::new("", "broken_picture").into()
}

pub fn remade(file: &[u8]) -> Result<Vec<u8>, Problem> {
    let format = image::guess_format(file).map_err(|_| unsupported())?;
    if !matches!(format, ImageFormat::Png | ImageFormat::Jpeg | ImageFormat::WebP) {
        return Err(unsupported());
    }
    let mut reader = ImageReader::with_format(Cursor::new(file), format);
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MOST_DECODED);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(broken)?;
    let (width, height) = decoder.dimensions();
    // Before anything is decoded: a file of some kilobytes can say that it holds gigabytes.
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_MEGAPIXELS * 1_000_000 || decoder.total_bytes() > MOST_DECODED {
        return Err(Issue::new("", "picture_too_large").with("max", MOST_MEGAPIXELS).into());
    }
    let orientation = decoder.orientation().map_err(broken)?;
    let whole = DynamicImage::from_decoder(decoder).map_err(broken)?;
    let mut square = squared(&whole);
    square.apply_orientation(orientation);
    let mut out = Vec::new();
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    on_white(&square)
        .write_with_encoder(encoder)
        .map_err(persistence::Error::internal)?;
    Ok(out)
}

/// The middle, made smaller; what is small stays as it is.
fn squared(whole: &DynamicImage) -> DynamicImage {
    let (width, height) = (whole.width(), whole.height());
    let shorter = width.min(height);
    let side = shorter.min(SIDE);
    // Made smaller first, so that no second picture of the first one's size is needed.
    let scaled = |length: u32| (u64::from(length) * u64::from(side)).div_ceil(u64::from(shorter)) as u32;
    let (width, height) = (scaled(width), scaled(height));
    let small = whole.thumbnail_exact(width, height);
    small.crop_imm((width - side) / 2, (height - side) / 2, side, side)
}

/// JPEG knows no transparency.
fn on_white(picture: &DynamicImage) -> RgbImage {
    let rgba = picture.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [r, g, b, a] = rgba.get_pixel(x, y).0.map(u32::from);
        Rgb([r, g, b].map(|colour| ((colour * a + 255 * (255 - a)) / 255) as u8))
    })
}
