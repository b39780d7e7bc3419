package io.github.asynclock.redis;

/**
 * What is asked of a script that answers several at a time.
 *
 * @param shared arguments that are the same for all that are asked by one command
 * @param keys what it is about
 * @param own arguments of its own
 */
record ScriptCall(Script script, String[] shared, String[] keys, String[] own) {

}
