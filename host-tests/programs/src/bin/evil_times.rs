//! Sets times that no clock tells, of a file and of its directory.

use host_tests_programs::hostile::{create, root, say};
use wasip2::clocks::wall_clock::Datetime;
use wasip2::filesystem::types::{DescriptorStat, NewTimestamp, PathFlags};

const SECONDS: [u64; 5] = [0, 1 << 40, (1 << 63) - 1, 1 << 63, u64::MAX];

fn main() {
    let root = root();
    let file = create(&root, "file").unwrap();
    for seconds in SECONDS {
        for nanoseconds in [0, 999_999_999, 1_000_000_000, u32::MAX] {
            let time = NewTimestamp::Timestamp(Datetime { seconds, nanoseconds });
            println!("-- {seconds} {nanoseconds}");
            say("of a file", &file.set_times(time, time));
            told(&file.stat().unwrap());
            say("by its name", &root.set_times_at(PathFlags::empty(), "file", time, time));
            say("of the root", &root.set_times(time, time));
            told(&root.stat().unwrap());
        }
    }
    root.rename_at("file", &root, "moved").unwrap();
    file.write(b"x", 0).unwrap();
}

fn told(stat: &DescriptorStat) {
    let (read, changed) = (stat.data_access_timestamp, stat.data_modification_timestamp);
    let numbers = |time: Option<Datetime>| time.map(|it| (it.seconds, it.nanoseconds));
    println!("{:?} {:?}", numbers(read), numbers(changed));
}
