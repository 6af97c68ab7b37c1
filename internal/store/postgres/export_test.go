package postgres

import "time"

// RememberAtLeast has everything forgotten, and so many orders remembered from then on.
func (db *DB) RememberAtLeast(orders int) {
	db.remembers = orders
	db.forget()
}

// RememberOfAnotherServer has everything remembered be of a server that is not the one behind the connections that there are, and a
// user's inbox end there at a seq.
func (db *DB) RememberOfAnotherServer(userID string, head int64) {
	m := db.memory.Load()
	m.server = time.Unix(1, 0)
	m.heads.Put(userID, head)
}
