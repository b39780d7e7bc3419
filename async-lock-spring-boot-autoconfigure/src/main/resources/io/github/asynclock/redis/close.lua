-- Ends attempts and whatever they were granted, and passes the keys on, each by itself: docs/protocol.md, "close".
-- KEYS: owner, queue, mark, fence; for each attempt
-- ARGV: inst, stale, channel; then for each attempt: ctr, rest (ms, 0 for none), how long to keep the mark (ms, 0 for no
-- mark), the name of the key in hints; and where this instance asks again at once, its next ctr and lease, else two
-- empty ones
-- Returns for each attempt whether it held the key (1 or 0); and, if it did and asked again, what acquire says: 1, epoch
-- and lease; or 0 and the last epoch. Where there are several, -2 says that one failed, and has to be closed alone.
local call, try = redis.call, redis.pcall
local inst, stale, channel = ARGV[1], ARGV[2], ARGV[3]

local function is_of(owner, ctr)
  local own = 'h:' .. inst .. ':' .. ctr .. ':'
  return owner and string.sub(owner, 1, #own) == own
end

local replies, others = {}, nil

-- What most find: it held the key, and nobody waits. What fails here is told below: others were closed.
local a = 4
for k = 1, #KEYS, 4 do
  local owner = ARGV[a + 1] == '0' and ARGV[a + 2] == '0' and ARGV[a + 4] == '' and try('EXISTS', KEYS[k + 1]) == 0
      and try('GET', KEYS[k])
  local n = (k + 3) / 4
  if type(owner) == 'string' and is_of(owner, ARGV[a]) and try('DEL', KEYS[k]) == 1 then
    replies[n] = 1
  else
    others = others or {}
    others[#others + 1] = n
  end
  a = a + 6
end

if not others then
  return replies
end

-- So many epochs are taken from the counter at a time; it must not outrun the clock.
local reserved = 16

local function refused(reply)
  return type(reply) == 'table' and reply.err
end

local function wake(entry, hint)
  try('PUBLISH', channel .. string.match(entry, '^[^:]*'), hint)
end

-- Takes out what this instance has in the queue with a ctr up to one.
local function leave(queue, ctr)
  for _, entry in ipairs(call('LRANGE', queue, 0, -1)) do
    local its_ctr = string.match(entry, '^' .. inst .. ':(%d+):')
    if its_ctr and tonumber(its_ctr) <= ctr then
      call('LREM', queue, 1, entry)
    end
  end
end

-- Takes the next epoch; those in between the counter and the owner's are reserved for it.
local function next_epoch(owner, fence_key, fence)
  local epoch = tonumber(string.match(owner, ':(%d+):%d+$')) + 1
  local last = tonumber(fence or 0)
  if not last or math.max(epoch, last) + reserved >= 9007199254740991 then
    return nil
  end
  if epoch > last and refused(try('SET', fence_key, string.format('%.0f', epoch + reserved))) then
    return nil
  end
  return string.format('%.0f', epoch)
end

local function pass_on(k, owner, ctr, mark, fence, hint, next_ctr, next_lease)
  local queue = KEYS[k + 1]
  -- Who asks again queues up behind those that wait.
  local asks = next_ctr ~= '' and not (mark and tonumber(mark) >= tonumber(next_ctr)) and not refused(
      try('RPUSH', queue, table.concat({ inst, next_ctr, next_lease, '9007199254740991', stale }, ':')))

  local entry, who, its_ctr, its_lease, till, its_stale
  repeat
    entry = try('LPOP', queue)
    if refused(entry) then
      call('DEL', KEYS[k]) -- whatever somebody made of the queue
      return entry
    end
    who, its_ctr, its_lease, till, its_stale = string.match(entry or '', '^(%w+):(%d+):(%d+):(%d+):(%d+)$')
    -- An earlier one of the holder's own is of a command that came late.
  until not entry or who ~= inst or tonumber(its_ctr) > ctr

  if not entry then
    call('DEL', KEYS[k])
    return { 1 }
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
    local listeners = try('PUBSUB', 'NUMSUB', channel .. who)
    return not refused(listeners) and tonumber(listeners[2]) > 0
  end

  local epoch = takes() and next_epoch(owner, KEYS[k + 3], fence)
  if epoch and not refused(try('SET', KEYS[k], table.concat({ 'h', who, its_ctr, epoch, its_lease }, ':'), 'PX',
      its_lease)) then
    if is_next then
      return { 1, 1, epoch, tonumber(its_lease) }
    end
    -- Where all have their turn before they ask again, nobody else keeps the queue from expiring; now and then is
    -- enough, as each pass is less than a poll after the one before.
    if asks and tonumber(epoch) % 4 == 0 then
      call('PEXPIRE', queue, 2 * stale)
    end
    try('PUBLISH', channel .. who, '+' .. its_ctr .. ':' .. epoch .. ':' .. its_lease .. ' ' .. hint)
    return asks and { 1, 0, epoch } or { 1 }
  end

  -- It asks for itself, unless it has died: its time counts from now at the latest, as if somebody had looked at it.
  local time = call('TIME')
  local latest = time[1] * 1000 + math.floor(time[2] / 1000) + (its_stale or 0)
  if till and tonumber(till) > latest then
    entry = table.concat({ who, its_ctr, its_lease, string.format('%.0f', latest), its_stale }, ':')
  end
  try('LPUSH', queue, entry)
  call('PEXPIRE', queue, 2 * (its_stale or 1000))
  call('DEL', KEYS[k])
  wake(entry, hint)
  return asks and { 1, 0, fence or '0' } or { 1 }
end

local function close(k, ctr, rest, keep, hint, next_ctr, next_lease)
  local owner, mark, fence = unpack(call('MGET', KEYS[k], KEYS[k + 2], KEYS[k + 3]))
  local held = is_of(owner, ctr)
  local rests = held and rest > 0
  ctr = tonumber(ctr)

  -- Where memory is full it cannot be rewritten, but rest all the same.
  if rests and refused(try('SET', KEYS[k], string.format('r:%.0f', rest), 'PX', rest)) then
    call('PEXPIRE', KEYS[k], rest)
  end

  -- A holder does not wait for what it has, unless by a command that came late.
  if not held or keep > 0 then
    leave(KEYS[k + 1], ctr)
  end

  local failure
  if keep > 0 then
    local highest = string.format('%.0f', math.max(ctr, tonumber(mark or 0)))
    local set = try('SET', KEYS[k + 2], highest, 'PX', keep)
    failure = refused(set) and set
  end

  if held and not rests then
    local reply = pass_on(k, owner, ctr, mark, fence, hint, next_ctr, next_lease)
    return failure or reply
  end
  local head = not owner and call('LINDEX', KEYS[k + 1], 0)
  if head then
    wake(head, hint)
  end
  return failure or { held and 1 or 0 }
end

local function answer(n)
  local a = 6 * n - 2
  return close(4 * n - 3, ARGV[a], tonumber(ARGV[a + 1]), tonumber(ARGV[a + 2]), ARGV[a + 3], ARGV[a + 4], ARGV[a + 5])
end

if #KEYS == 4 then
  local reply = answer(1)
  return reply.err and reply or { reply }
end
for _, n in ipairs(others) do
  local done, reply = pcall(answer, n)
  replies[n] = done and not reply.err and reply or -2
end
return replies
