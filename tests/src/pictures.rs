//! Files of pictures, and what pretends to be one.

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use std::io::Cursor;
use std::sync::atomic::{AtomicU32, Ordering};

pub const RED: [u8; 3] = [220, 30, 30];
pub const BLUE: [u8; 3] = [30, 30, 220];

/// Red on the left, blue on the right.
pub fn halves(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let colour = |x| if x < width / 2 { RED } else { BLUE };
    file(RgbImage::from_fn(width, height, |x, _| Rgb(colour(x))), format)
}

fn file(picture: RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut out = Cursor::new(Vec::new());
    DynamicImage::from(picture).write_to(&mut out, format).expect("encodes");
    out.into_inner()
}

/// A picture that was not there before.
pub fn another_png() -> Vec<u8> {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let [_, r, g, b] = (COUNT.fetch_add(1, Ordering::Relaxed) * 12_345).to_be_bytes();
    file(RgbImage::from_pixel(16, 16, Rgb([r, g, b])), ImageFormat::Png)
}

/// What was not to be told: it stands in the EXIF part of `turned`, where phones write the place.
pub const SECRET: &str = "31.2304N 121.4737E";

/// As a phone writes it that was held upright: the picture lies on its side, and EXIF says which way it is to be turned.
pub fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut tiff = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x02".to_vec();
    tiff.extend([1, 0x12, 0, 3, 0, 0, 0, 1, 0, orientation, 0, 0]);
    tiff.extend([1, 0x0e, 0, 2, 0, 0, 0, SECRET.len() as u8 + 1, 0, 0, 0, 38]);
    tiff.extend([0; 4]);
    tiff.extend(SECRET.as_bytes());
    tiff.push(0);
    let mut out = jpeg[..2].to_vec();
    out.extend([0xff, 0xe1]);
    out.extend(u16::to_be_bytes(tiff.len() as u16 + 2));
    out.extend(&tiff);
    out.extend(&jpeg[2..]);
    out
}

/// A PNG of some bytes that says it is so large: its header is sound, and its pixels are not looked at.
pub fn bomb(width: u32, height: u32) -> Vec<u8> {
    let mut png = another_png();
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let checksum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&checksum.to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    let step = |crc: u32, _| {
        if crc & 1 == 1 {
            0xedb8_8320 ^ (crc >> 1)
        } else {
            crc >> 1
        }
    };
    !bytes
        .iter()
        .fold(!0, |crc: u32, b| (0..8).fold(crc ^ u32::from(*b), step))
}

/// The colour of a picture at a place, both from 0 to 1, and whether it is about this.
pub fn is_about(picture: &[u8], (x, y): (f64, f64), colour: [u8; 3]) -> bool {
    let picture = image::load_from_memory(picture).expect("a picture").to_rgb8();
    let at = |share: f64, length: u32| (f64::from(length - 1) * share) as u32;
    let found = picture.get_pixel(at(x, picture.width()), at(y, picture.height())).0;
    found.iter().zip(colour).all(|(a, b)| a.abs_diff(b) < 24)
}
