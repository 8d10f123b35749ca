#pragma once

namespace hubbub::postgres {

/// One SQL statement with `$1`… parameters. Prepared once a connection, on first use, under its name; a constant that
/// outlives the pool. Every parameter has a definite type (`Params` says which), every result column comes in binary.
struct Statement {
    const char* name; ///< unique in the process
    const char* sql;
};

} // namespace hubbub::postgres
