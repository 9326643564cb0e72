//! Icons of our own drawing: 24 × 24, one path each, so that one costs no more than its path.

use leptos::{prelude::*, tachys::html::InertElement};

/// What can be drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Glyph {
    Ban,
    Bin,
    Check,
    Clock,
    Copy,
    Cross,
    Done,
    Down,
    Download,
    Home,
    Info,
    Key,
    Keyboard,
    Log,
    Mail,
    Newer,
    Next,
    Older,
    Pencil,
    People,
    Person,
    Plus,
    Rotate,
    Search,
    Shield,
    Team,
    Sliders,
    Up,
    Warning,
}

/// The markup around a path.
macro_rules! drawn {
    ($path:literal) => {
        concat!(r#"<svg class="icon" viewBox="0 0 24 24" width="18" height="18" aria-hidden="true"><path d=""#, $path, r#""></path></svg>"#)
    };
}

impl Glyph {
    const fn markup(self) -> &'static str {
        match self {
            Self::Ban => drawn!("M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M5.7 5.7l12.6 12.6"),
            Self::Bin => {
                drawn!("M4 6.5h16M9.5 3.5h5M6.2 6.5l.8 12.3a1.8 1.8 0 0 0 1.8 1.7h6.4a1.8 1.8 0 0 0 1.8-1.7l.8-12.3M10 10.5v6M14 10.5v6")
            }
            Self::Check => drawn!("M5 12.6l4.4 4.4L19 7.4"),
            Self::Clock => drawn!("M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 7.3V12l3.1 2"),
            Self::Copy => drawn!("M9.5 9h9.7v10.5H9.5zM15 9V4.5H5V15h4.5"),
            Self::Cross => drawn!("M6.5 6.5l11 11M17.5 6.5l-11 11"),
            Self::Done => drawn!("M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M8.4 12.3l2.5 2.5l4.7-5.2"),
            Self::Down => drawn!("M7 10l5 5l5-5"),
            Self::Download => drawn!("M12 4v11M7 10.5l5 5l5-5M5 19.5h14"),
            Self::Home => drawn!("M4 11.2l8-6.7l8 6.7M6 9.7v9.8h12V9.7M10 19.5v-5.4h4v5.4"),
            Self::Info => drawn!("M12 3a9 9 0 1 0 0 18a9 9 0 0 0 0-18M12 11.2v5M12 7.8v.1"),
            Self::Key => drawn!("M8 11a4.4 4.4 0 1 0 0 8.8a4.4 4.4 0 0 0 0-8.8M11.2 12.2L20 3.6M16.4 7.1l3 3M13.7 9.8l1.9 1.9"),
            Self::Keyboard => drawn!("M3 6.5h18v11H3zM6.5 10v.1M10.2 10v.1M13.8 10v.1M17.5 10v.1M8 14h8"),
            Self::Log => drawn!("M8.5 6.5H20M8.5 12H20M8.5 17.5H20M4 6.5v.1M4 12v.1M4 17.5v.1"),
            Self::Mail => drawn!("M3.5 6h17v12.5h-17zM3.8 6.6l8.2 6.4l8.2-6.4"),
            Self::Newer => drawn!("M5 12h14M13 6l6 6l-6 6"),
            Self::Next => drawn!("M10 7l5 5l-5 5"),
            Self::Older => drawn!("M19 12H5M11 6l-6 6l6 6"),
            Self::Pencil => drawn!("M4.5 19.5l.9-4.2L16.6 4.1a1.7 1.7 0 0 1 2.4 0l.9.9a1.7 1.7 0 0 1 0 2.4L8.7 18.6zM14.3 6.4l3.3 3.3"),
            Self::People => drawn!(
                "M9 4.5a3.5 3.5 0 1 0 0 7a3.5 3.5 0 0 0 0-7M2.5 19.5a6.5 6.5 0 0 1 13 0M16 5a3.3 3.3 0 0 1 0 6.4M18 14.2a6.3 6.3 0 0 1 3.5 5.3"
            ),
            Self::Person => drawn!("M12 4a4 4 0 1 0 0 8a4 4 0 0 0 0-8M4.5 20.5a7.5 7.5 0 0 1 15 0"),
            Self::Plus => drawn!("M12 5v14M5 12h14"),
            Self::Rotate => drawn!("M19.5 12a7.5 7.5 0 1 1-2.3-5.4l2.3 2.2M19.5 4v4.8h-4.8"),
            Self::Search => drawn!("M10.5 4a6.5 6.5 0 1 0 0 13a6.5 6.5 0 0 0 0-13M15.3 15.3L20 20"),
            Self::Shield => drawn!("M12 3.5l7.3 2.7v5.3c0 4.4-3 7.6-7.3 9c-4.3-1.4-7.3-4.6-7.3-9V6.2z"),
            Self::Team => drawn!(
                "M12 3.5a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4M5.7 15a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4M18.3 15a2.7 2.7 0 1 0 0 5.4a2.7 2.7 0 0 0 0-5.4M10.7 8.6L7 15.3M13.3 8.6l3.7 6.7"
            ),
            Self::Sliders => drawn!(
                "M4 8h9M17.5 8H20M15.2 5.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4M4 16h2.5M11 16h9M8.8 13.8a2.2 2.2 0 1 0 0 4.4a2.2 2.2 0 0 0 0-4.4"
            ),
            Self::Up => drawn!("M7 14l5-5l5 5"),
            Self::Warning => drawn!("M12 4.1L2.9 19.6h18.2zM12 10v4.3M12 16.9v.1"),
        }
    }
}

/// A drawing beside a text that says the same; hidden from assistive technology.
///
/// Written as it is: a page has a hundred of them, and as an element with six attributes each takes longer than all of its row's texts.
#[component]
pub fn Icon(glyph: Glyph) -> impl IntoView {
    InertElement::new(glyph.markup())
}
