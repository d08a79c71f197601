//! Pictures as attackers make them.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::io::Cursor;

use image::codecs::gif::GifEncoder;
use image::{DynamicImage, Frame, ImageFormat, Rgba, RgbaImage};

use super::*;

/// Circles on white: something to be known by.
fn drawing(side: u32) -> DynamicImage {
    DynamicImage::ImageRgba8(RgbaImage::from_fn(side, side, |x, y| {
        let (dx, dy) = (x.abs_diff(side / 2), y.abs_diff(side / 2));
        let ring = ((dx * dx + dy * dy).isqrt() * 9 / side).is_multiple_of(2);
        let colour = if ring {
            [20, 40, 160, 255]
        } else {
            [255, 255, 255, 255]
        };
        Rgba(colour)
    }))
}

fn packed(drawn: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    drawn.write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

/// A PNG that says it is as large as this, with hardly anything in it.
fn claims(width: u32, height: u32) -> Vec<u8> {
    let mut png = packed(&drawing(8), ImageFormat::Png);
    png[16..20].copy_from_slice(&width.to_be_bytes());
    png[20..24].copy_from_slice(&height.to_be_bytes());
    let sum = crc(&png[12..29]);
    png[29..33].copy_from_slice(&sum.to_be_bytes());
    png
}

fn crc(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0_u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            if crc & 1 == 1 {
                (crc >> 1) ^ 0xEDB8_8320
            } else {
                crc >> 1
            }
        })
    })
}

#[test]
fn s13_every_kind_is_drawn_anew_small_and_as_png() {
    let formats = [
        ImageFormat::Png,
        ImageFormat::Jpeg,
        ImageFormat::WebP,
        ImageFormat::Gif,
    ];
    for format in formats {
        let drawn = if format == ImageFormat::Jpeg {
            DynamicImage::ImageRgb8(drawing(300).to_rgb8())
        } else {
            drawing(300)
        };
        let picture = Picture::read(&packed(&drawn, format)).unwrap();
        assert_eq!(
            image::guess_format(picture.png()).unwrap(),
            ImageFormat::Png
        );
        let again = image::load_from_memory(picture.png()).unwrap();
        assert_eq!((again.width(), again.height()), (96, 96), "{format:?}");
        assert!(picture.png().len() < 64 * 1024);
    }
}

#[test]
fn s13_the_same_drawing_is_known_when_it_is_packed_anew() {
    let shape = |side, format| {
        let drawn = DynamicImage::ImageRgb8(drawing(side).to_rgb8());
        Picture::read(&packed(&drawn, format))
            .unwrap()
            .shape()
            .unwrap()
    };
    let one = shape(288, ImageFormat::Png);
    assert_eq!(shape(288, ImageFormat::WebP), one);
    assert_eq!(shape(288, ImageFormat::Jpeg), one);
    let other = DynamicImage::ImageRgba8(drawing(288).to_rgba8())
        .rotate90()
        .crop_imm(0, 0, 200, 288);
    let other = Picture::read(&packed(&other, ImageFormat::Png)).unwrap();
    assert_ne!(other.shape(), Some(one));
    // One colour has nothing to be known by.
    let plain = DynamicImage::ImageRgba8(RgbaImage::from_pixel(64, 64, Rgba([9, 9, 9, 255])));
    assert_eq!(
        Picture::read(&packed(&plain, ImageFormat::Png))
            .unwrap()
            .shape(),
        None
    );
}

#[test]
fn s13_what_stands_behind_a_picture_is_gone() {
    let mut png = packed(&drawing(64), ImageFormat::Png);
    let plain = Picture::read(&png).unwrap();
    png.extend_from_slice(b"<html><script>alert(1)</script></html>");
    let picture = Picture::read(&png).unwrap();
    assert_eq!(picture, plain);
    assert!(!picture.png().windows(6).any(|part| part == b"script"));
}

#[test]
fn s13_of_a_film_there_is_the_first_picture() {
    let mut film = Vec::new();
    let mut encoder = GifEncoder::new(&mut film);
    for colour in [[255, 0, 0, 255], [0, 255, 0, 255]] {
        let frame = Frame::new(RgbaImage::from_pixel(40, 40, Rgba(colour)));
        encoder.encode_frame(frame).unwrap();
    }
    drop(encoder);
    let picture = Picture::read(&film).unwrap();
    let still = image::load_from_memory(picture.png()).unwrap().to_rgba8();
    assert_eq!(still.get_pixel(20, 20), &Rgba([255, 0, 0, 255]));
}

#[test]
fn s13_measures_are_read_before_anything_is_decoded() {
    for (width, height) in [(60_000, 60_000), (2_049, 8), (8, 2_049), (u32::MAX >> 1, 1)] {
        assert_eq!(
            Picture::read(&claims(width, height)),
            Err(PictureError::TooLarge)
        );
    }
    // It says more than there is: no pixels are made up.
    assert_eq!(
        Picture::read(&claims(2_048, 2_048)),
        Err(PictureError::Broken)
    );
    let mut long = packed(&drawing(8), ImageFormat::Png);
    long.resize(Picture::MAX_BYTES + 1, 0);
    assert_eq!(Picture::read(&long), Err(PictureError::TooLarge));
}

#[test]
fn s13_what_is_no_picture_is_refused_whatever_it_is_called() {
    let svg =
        b"<svg xmlns=\"http://www.w3.org/2000/svg\"><script>alert(1)</script></svg>".as_slice();
    let bmp = packed_bmp();
    for other in [
        svg,
        b"<?xml version=\"1.0\"?><svg/>",
        b"<html>",
        b"",
        b"PK\x03\x04",
        b"%PDF-1.7",
        &bmp,
    ] {
        assert_eq!(Picture::read(other), Err(PictureError::Kind));
    }
    let png = packed(&drawing(64), ImageFormat::Png);
    for cut in [9, 20, 33, 60] {
        assert_eq!(
            Picture::read(&png[..cut]),
            Err(PictureError::Broken),
            "{cut}"
        );
    }
    let mut html = png[..8].to_vec();
    html.extend_from_slice(b"<html><script>alert(1)</script></html>");
    assert_eq!(Picture::read(&html), Err(PictureError::Broken));
}

/// A bitmap of one pixel: a picture of a kind that is not taken.
fn packed_bmp() -> Vec<u8> {
    let mut bmp = b"BM".to_vec();
    bmp.resize(64, 0);
    bmp
}
