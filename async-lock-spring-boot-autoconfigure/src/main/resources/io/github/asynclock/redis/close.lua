-- Ends an attempt and whatever it was granted, and passes the key on: docs/protocol.md, "close".
-- KEYS: owner, queue, mark, fence
-- ARGV: inst, ctr, rest (ms, 0 for none), how long to keep the mark (ms, 0 for no mark), channel, the name of the
-- key in hints; and where this instance asks again at once: its next ctr, lease and stale
-- Returns whether the attempt held the key (1 or 0); then, if it did and asked again, what acquire says: 1, epoch
-- and lease; or 0 and the last epoch.
local inst, ctr, rest, keep = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3]), tonumber(ARGV[4])
local channel, hint = ARGV[5], ARGV[6]
local next_ctr, next_lease, stale = ARGV[7], ARGV[8], ARGV[9]
local own = 'h:' .. inst .. ':' .. ARGV[2] .. ':'
-- So many epochs are taken from the counter at a time; it must not outrun the clock.
local reserved = 16

local function refused(reply)
  return type(reply) == 'table' and reply.err
end

local owner, mark, fence = unpack(redis.call('MGET', KEYS[1], KEYS[3], KEYS[4]))
local held = owner and string.sub(owner, 1, #own) == own
local rests = held and rest > 0

-- Where memory is full it cannot be rewritten, but rest all the same.
if rests and refused(redis.pcall('SET', KEYS[1], 'r:' .. ARGV[3], 'PX', rest)) then
  redis.call('PEXPIRE', KEYS[1], rest)
end

-- A holder does not wait for what it has, unless by a command that came late.
if not held or keep > 0 then
  for _, entry in ipairs(redis.call('LRANGE', KEYS[2], 0, -1)) do
    local its_ctr = string.match(entry, '^' .. inst .. ':(%d+):')
    if its_ctr and tonumber(its_ctr) <= ctr then
      redis.call('LREM', KEYS[2], 1, entry)
    end
  end
end

local failure
if keep > 0 then
  local highest = string.format('%.0f', math.max(ctr, tonumber(mark or 0)))
  local set = redis.pcall('SET', KEYS[3], highest, 'PX', keep)
  failure = refused(set) and set
end

local function wake(entry)
  redis.pcall('PUBLISH', channel .. string.match(entry, '^[^:]*'), hint)
end

if not held or rests then
  local head = not owner and redis.call('LINDEX', KEYS[2], 0)
  if head then
    wake(head)
  end
  return failure or { held and 1 or 0 }
end

-- Who asks again queues up behind those that wait.
local asks = next_ctr and not (mark and tonumber(mark) >= tonumber(next_ctr)) and not refused(redis.pcall('RPUSH',
    KEYS[2], table.concat({ inst, next_ctr, next_lease, '9007199254740991', stale }, ':')))

local entry, who, its_ctr, its_lease, its_stale
repeat
  entry = redis.pcall('LPOP', KEYS[2])
  if refused(entry) then
    redis.call('DEL', KEYS[1]) -- whatever somebody made of the queue
    return entry
  end
  who, its_ctr, its_lease, its_stale = string.match(entry or '', '^(%w+):(%d+):(%d+):%d+:(%d+)$')
  -- An earlier one of the holder's own is of a command that came late.
until not entry or who ~= inst or tonumber(its_ctr) > ctr

if not entry then
  redis.call('DEL', KEYS[1])
  return failure or { 1 }
end

-- Takes the next epoch; those in between the counter and the owner's are reserved for it.
local function next_epoch()
  local epoch = tonumber(string.match(owner, ':(%d+):%d+$')) + 1
  local last = tonumber(fence or 0)
  if not last or math.max(epoch, last) + reserved >= 9007199254740991 then
    return nil
  end
  if epoch > last and refused(redis.pcall('SET', KEYS[4], string.format('%.0f', epoch + reserved))) then
    return nil
  end
  return string.format('%.0f', epoch)
end

local is_next = who == inst and its_ctr == next_ctr

-- Whether the one whose turn it is takes the key from us: it said so, and will hear of it.
local function takes()
  if not its_lease or its_lease == '0' then
    return false
  end
  if is_next then
    return true
  end
  local listeners = redis.pcall('PUBSUB', 'NUMSUB', channel .. who)
  return not refused(listeners) and tonumber(listeners[2]) > 0
end

local epoch = takes() and next_epoch()
if epoch and not refused(redis.pcall('SET', KEYS[1], table.concat({ 'h', who, its_ctr, epoch, its_lease }, ':'), 'PX',
    its_lease)) then
  if is_next then
    return failure or { 1, 1, epoch, tonumber(its_lease) }
  end
  -- Where all have their turn before they ask again, nobody else keeps the queue from expiring; now and then is enough,
  -- as each pass is less than a poll after the one before.
  if asks and tonumber(epoch) % 4 == 0 then
    redis.call('PEXPIRE', KEYS[2], 2 * stale)
  end
  redis.pcall('PUBLISH', channel .. who, '+' .. its_ctr .. ':' .. epoch .. ':' .. its_lease .. ' ' .. hint)
  return failure or (asks and { 1, 0, epoch } or { 1 })
end

-- It asks for itself.
redis.pcall('LPUSH', KEYS[2], entry)
redis.call('PEXPIRE', KEYS[2], 2 * (its_stale or 1000))
redis.call('DEL', KEYS[1])
wake(entry)
return failure or (asks and { 1, 0, fence or '0' } or { 1 })
