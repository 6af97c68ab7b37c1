package bench

// What the two processes of a bench say to each other: words, a line each, on the server's standard input, and an answer of
// one line of JSON to each on its standard output.
const (
	wordCollect      = "collect"       // give back what memory is not needed: answered with a memory
	wordProfileStart = "profile start" // and a file: profile the processor from now on
	wordProfileStop  = "profile stop"
	wordHeap         = "heap" // and a file: write what memory is used for, and was since the start
)

// hello is what a server says first.
type hello struct {
	Addr  string `json:"addr,omitempty"`  // where it listens
	Error string `json:"error,omitempty"` // why it does not
}

// answer is what it says to a word.
type answer struct {
	Error string `json:"error,omitempty"`
	memory
}

// memory is what a Go program has, in bytes.
type memory struct {
	HeapAlloc  int64 `json:"heapAlloc,omitempty"`
	HeapInuse  int64 `json:"heapInuse,omitempty"`
	Sys        int64 `json:"sys,omitempty"`
	Goroutines int   `json:"goroutines,omitempty"`
}
