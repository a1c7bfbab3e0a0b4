//! `scratch:space/usage`.

use tmpfs::{Limits, Usage};
use tmpfs_start::Space;

use crate::Component;
use crate::bindings::exports::scratch::space::usage::{Amounts, AmountsAllowed, Guest};
use crate::state::look;

impl Guest for Component {
    fn usage() -> Amounts {
        amounts(look(Space::usage))
    }

    fn high_water() -> Amounts {
        amounts(look(Space::high_water))
    }

    fn limits() -> AmountsAllowed {
        let Limits { content, metadata, nodes, handles, name, path, file_size, soft } =
            look(|space| *space.limits());
        AmountsAllowed { bytes: content, metadata, nodes, handles, name, path, file_size, soft }
    }

    fn over_soft_limit() -> bool {
        look(Space::over_soft_limit)
    }
}

fn amounts(usage: Usage) -> Amounts {
    let Usage { content, metadata, nodes, handles } = usage;
    Amounts { bytes: content, metadata, nodes, handles }
}
