// Package docs holds what programs read of the pages for those who use Callout.
package docs

import _ "embed" // for the page below

// AsyncAPI describes the socket to programs, as YAML.
//
//go:embed asyncapi.yaml
var AsyncAPI string
