//! Permissions in plain words.

pub fn permissions(how_many: usize) -> String {
    match how_many {
        1 => "1 permission".to_owned(),
        many => format!("{many} permissions"),
    }
}
