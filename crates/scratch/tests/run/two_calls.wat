;; A command that makes two directories in the first one that it is granted, with nothing in between:
;; neither a loop nor the beginning of a function, where wasmtime looks at its epoch.
(component
    (import "wasi:filesystem/types@0.2.0" (instance $types
        (export "descriptor" (type $descriptor (sub resource)))
        (type $codes (enum
            "access" "would-block" "already" "bad-descriptor" "busy" "deadlock" "quota" "exist"
            "file-too-large" "illegal-byte-sequence" "in-progress" "interrupted" "invalid" "io"
            "is-directory" "loop" "too-many-links" "message-size" "name-too-long" "no-device"
            "no-entry" "no-lock" "insufficient-memory" "insufficient-space" "not-directory"
            "not-empty" "not-recoverable" "unsupported" "no-tty" "no-such-device" "overflow"
            "not-permitted" "pipe" "read-only" "invalid-seek" "text-file-busy" "cross-device"))
        (export "error-code" (type $code (eq $codes)))
        (export "[method]descriptor.create-directory-at" (func
            (param "self" (borrow $descriptor)) (param "path" string)
            (result (result (error $code)))))))
    (alias export $types "descriptor" (type $descriptor))
    (import "wasi:filesystem/preopens@0.2.0" (instance $preopens
        (alias outer 1 $descriptor (type $outer))
        (export "descriptor" (type $descriptor (eq $outer)))
        (export "get-directories" (func
            (result (list (tuple (own $descriptor) string)))))))

    (core module $Memory
        (memory (export "memory") 1)
        (global $free (mut i32) (i32.const 4096))
        (func (export "realloc") (param i32 i32 i32 i32) (result i32)
            (global.get $free)
            (global.set $free (i32.add (global.get $free) (i32.const 64)))))
    (core instance $memory (instantiate $Memory))
    (alias core export $memory "memory" (core memory $bytes))
    (alias core export $memory "realloc" (core func $realloc))
    (core func $granted (canon lower (func $preopens "get-directories")
        (memory $bytes) (realloc $realloc)))
    (core func $make (canon lower (func $types "[method]descriptor.create-directory-at")
        (memory $bytes)))

    (core module $Program
        (import "host" "memory" (memory 1))
        (import "host" "granted" (func $granted (param i32)))
        (import "host" "make" (func $make (param i32 i32 i32 i32)))
        (data (i32.const 64) "firstsecond")
        (func (export "run") (result i32)
            (local $directory i32)
            (call $granted (i32.const 0))
            (local.set $directory (i32.load (i32.load (i32.const 0))))
            (call $make (local.get $directory) (i32.const 64) (i32.const 5) (i32.const 128))
            (call $make (local.get $directory) (i32.const 69) (i32.const 6) (i32.const 128))
            (i32.const 0)))
    (core instance $program (instantiate $Program (with "host" (instance
        (export "memory" (memory $bytes))
        (export "granted" (func $granted))
        (export "make" (func $make))))))
    (func $run (result (result)) (canon lift (core func $program "run")))
    (instance (export "wasi:cli/run@0.2.0") (export "run" (func $run))))
