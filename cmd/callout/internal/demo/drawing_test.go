package demo

import (
	"testing"
	"os"
)

func TestX(t *testing.T) {
	for _, c := range []bool{false, true} {
	d := newDrawing(os.Stdout, ink{c})
	d.head()
	for i, a := range []arrow{
		{From: clientLane, To: serverLane, What: connects},
		{From: servicemanLane, To: serverLane, What: connects},
		{From: clientLane, To: serverLane, What: tells, Code: 1001},
		{From: serverLane, To: databaseLane, What: tells, Code: 1001},
		{From: serverLane, To: servicemanLane, What: tells, Code: 1001},
		{From: servicemanLane, To: serverLane, What: tells, Code: 1004},
		{From: serverLane, To: databaseLane, What: tells, Code: 1004},
		{From: serverLane, To: clientLane, What: tells, Code: 1011},
		{From: serverLane, To: servicemanLane, What: disconnects},
		{From: serverLane, To: clientLane, What: disconnects},
	} {
		a.N = i+1
		a.At = 12345678 * 100
		d.arrow(a)
	}
	}
}
