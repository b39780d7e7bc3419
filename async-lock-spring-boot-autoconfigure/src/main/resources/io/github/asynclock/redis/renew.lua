-- Extends what is still held by this very grant: docs/protocol.md, "renew".
-- KEYS: owners; ARGV: what each must hold
-- Returns a 1 for each that was extended, else a 0.
local reply = {}
for i = 1, #KEYS do
  reply[i] = 0
  if redis.pcall('GET', KEYS[i]) == ARGV[i] then
    local lease = tonumber(string.match(ARGV[i], '(%d+)$'))
    if redis.call('PTTL', KEYS[i]) < lease then
      redis.call('PEXPIRE', KEYS[i], lease)
    end
    reply[i] = 1
  end
end
return reply
