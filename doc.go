// Package callout holds the rules of an order: what it is, which moves its life is made of, who may make each of them,
// who is told, and what each of those sees. It is pure: it reads no clock, opens no file and knows no network, so that
// the same command on the same order always gives the same answer.
//
// The whole life of an order is one table, [Table]. [Rules.Apply] decides one [Command] on one [Order] by it and answers
// with the [Event] that happened, or with an [Error] that says why nothing did.
package callout
