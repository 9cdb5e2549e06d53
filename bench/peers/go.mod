module credence/bench/peers

go 1.26.0

require (
	credence v0.0.0
	github.com/Workiva/go-datastructures v1.1.7
	github.com/puzpuzpuz/xsync/v4 v4.5.0
	golang.org/x/sync v0.24.0
	golang.org/x/sys v0.49.0
)

replace credence => ../..
