module pintle.dev/oracle

go 1.26
