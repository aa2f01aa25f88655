"""One bounded GET: whatever the upstream does, it ends in time, in little memory, at a public address.

`requests` has no total timeout, and its session reads a redirect's whole body into memory, uses the environment's
proxy and reads .netrc. So only its adapter is used; redirects are followed here, and the sockets are our own:

- *Deadline.* Every single wait on a socket lasts at most until the deadline of the GET under way, so no drip of status
  line, header, chunk extension, `100 Continue`, body or TLS handshake outlives it. There is no watchdog thread to
  outrun: one that shuts the socket makes a header block cut in the middle look like a complete empty 200.
- *Size.* Bytes are counted as they leave the socket, and again as they leave gzip.
- *Address.* A name is resolved once per connection, each of its addresses is checked, and the connection goes to a
  checked address itself: a second answer of the name server (rebinding) is never requested.

`client` sends and follows redirects, `bounds` counts time and bytes, `sockets` spends them, `addresses` resolves and
checks, `answer` reads the body, `faults` words what went wrong. Only this package imports requests and urllib3.
"""
