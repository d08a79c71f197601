//! What every state machine shares: its arrows, read from `FIRST` and `next`. It never adds an arrow of its own.

/// The questions of a machine, for an enum that has `ALL`, `as_str`, `FIRST` and `next`.
macro_rules! machine {
    ($name:ident) => {
        impl $name {
            /// Whether the machine has this arrow. No state has an arrow to itself.
            pub fn may_become(self, next: Self) -> bool {
                self.next().contains(&next)
            }

            /// Whether nothing follows.
            pub const fn is_final(self) -> bool {
                self.next().is_empty()
            }

            /// Every arrow as the database writes it: `>first` where it may begin, `from>to` for the rest.
            pub fn arrows() -> impl Iterator<Item = String> {
                let begins = Self::FIRST.iter().map(|first| format!(">{first}"));
                let goes = Self::ALL
                    .iter()
                    .flat_map(|from| from.next().iter().map(move |to| format!("{from}>{to}")));
                begins.chain(goes)
            }
        }
    };
}

pub(crate) use machine;
