// The Go program of docs/languages.md: keeps a line in a temporary file.

package main

import (
	"fmt"
	"os"
)

func main() {
	file, err := os.CreateTemp("", "notes-*.txt")
	if err != nil {
		panic(err)
	}
	defer os.Remove(file.Name())
	fmt.Fprintln(file, "kept in memory")
	text, _ := os.ReadFile(file.Name())
	fmt.Printf("%s: %s", file.Name(), text)
}
