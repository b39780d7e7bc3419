-- Asks for keys, all or none; for several attempts, each by itself: docs/protocol.md, "acquire".
-- KEYS: owner, queue, mark, fence; for each key of each attempt
-- ARGV: inst, stale, channel; then for each attempt: how many keys, ctr, lease, wait (0: no; 1: until it is woken up;
-- 2: until it is woken up or the key is passed to it), and the name of each key in hints
-- Returns for each attempt what it is answered, see below; just the epoch if it was granted as asked. Where there are
-- several, -2 says that one failed, and has to be asked alone.
local call, try = redis.call, redis.pcall
local inst, stale, channel = ARGV[1], ARGV[2], ARGV[3]

local time = call('TIME')
local micros = time[1] * 1000000 + time[2]

-- The next epoch of a stripe; none where something else is in its place. From 2^53 on, numbers have gaps.
local function epoch_after(fence)
  local last = tonumber(fence or 0)
  if last and last >= 0 and last < 9007199254740991 and last % 1 == 0 then
    return string.format('%.0f', math.max(last + 1, micros))
  end
end

local function own(epoch, ctr, lease)
  return 'h:' .. inst .. ':' .. ctr .. ':' .. epoch .. ':' .. lease
end

local replies, others = {}, nil

-- What most find: one key that nobody has, and nobody waits for. What fails here is told below: others were granted.
local k, a, n = 1, 4, 1
while k <= #KEYS do
  local count = ARGV[a]
  local granted = nil
  if count == '1' and try('EXISTS', KEYS[k], KEYS[k + 1], KEYS[k + 2]) == 0 then
    local epoch, lease = epoch_after(try('GET', KEYS[k + 3])), ARGV[a + 2]
    granted = epoch and not try('SET', KEYS[k + 3], epoch).err
        and not try('SET', KEYS[k], own(epoch, ARGV[a + 1], lease), 'PX', lease).err and epoch
  end
  if granted then
    replies[n] = granted
  else
    others = others or {}
    others[#others + 1] = { n, k, a }
  end
  k, a, n = k + 4 * count, a + 4 + count, n + 1
end

if not others then
  return replies
end

local function ask(first, count, ctr, lease, wait, hints)
  local last_key = first + 4 * (count - 1)
  local now = math.floor(micros / 1000)
  local stale_millis = tonumber(stale)
  local prefix = own('', ctr, '')
  prefix = string.sub(prefix, 1, #prefix - 1)

  local owners, fences = {}, {}
  for i = first, last_key, 4 do
    local mark = call('GET', KEYS[i + 2])
    if mark and tonumber(mark) >= tonumber(ctr) then
      return { -1 }
    end
    owners[i] = call('GET', KEYS[i])
    fences[i] = call('GET', KEYS[i + 3])
    if not epoch_after(fences[i]) then
      return redis.error_reply('ASYNCLOCK ' .. KEYS[i + 3] .. ' holds something that is not a counter of async-lock')
    end
  end

  -- Who waits, without those in front that have died; and whether there were any.
  local function in_line(queue)
    local entries, removed = call('LRANGE', queue, 0, -1), false
    while entries[1] do
      local who, its_ctr, its_lease, till, its_stale = string.match(entries[1], '^(%w+):(%d+):(%d+):(%d+):(%d+)$')
      if who == inst then
        break
      end
      if till and tonumber(till) > now + tonumber(its_stale) then
        -- Written without a look at the clock, or before that was set back: counts from now.
        till = string.format('%.0f', now + its_stale)
        entries[1] = table.concat({ who, its_ctr, its_lease, till, its_stale }, ':')
        call('LSET', queue, 0, entries[1])
      end
      if till and tonumber(till) >= now then
        break
      end
      call('LPOP', queue)
      table.remove(entries, 1)
      removed = true
    end
    return entries, removed
  end

  -- Milliseconds that an owner has left; no more than it was given, whatever the clock did.
  -- Nothing if it is none of ours.
  local function time_left(key, owner)
    local most = tonumber(string.match(owner, '^h:.*:(%d+)$') or string.match(owner, '^r:(%d+)$'))
    if not most then
      return nil
    end
    local left = call('PTTL', key)
    if left < 0 or left > most then
      call('PEXPIRE', key, most)
      left = most
    end
    return left
  end

  local granted, lines, heads = {}, {}, {}
  local busy, left = false, 0
  for i = first, last_key, 4 do
    local owner = owners[i]
    if owner and string.sub(owner, 1, #prefix) == prefix then
      granted[i] = owner
    else
      if owner then
        local its_time = time_left(KEYS[i], owner)
        if not its_time then
          return redis.error_reply('ASYNCLOCK ' .. KEYS[i] .. ' holds something that is not a lock of async-lock')
        end
        left = math.max(left, its_time)
      end
      local entries, removed = in_line(KEYS[i + 1])
      local head = entries[1] and string.match(entries[1], '^(%w+):')
      lines[i], heads[i] = entries, head
      if owner or (head and head ~= inst) then
        busy = true
        if removed and not owner then
          redis.pcall('PUBLISH', channel .. head, ARGV[hints + (i - first) / 4])
        end
      end
    end
  end

  if busy then
    local turn = 0
    if wait ~= '0' then
      local queue, entries = KEYS[first + 1], lines[first]
      local place, latest
      for i, entry in ipairs(entries) do
        local its_ctr = string.match(entry, '^' .. inst .. ':(%d+):')
        if its_ctr then
          place, latest = i, tonumber(its_ctr)
          break
        end
      end
      local entry = string.format('%s:%.0f:%s:%.0f:%d', inst, math.max(tonumber(ctr), latest or 0),
          wait == '2' and lease or '0', now + stale_millis, stale_millis)
      if place then
        call('LSET', queue, place - 1, entry)
      else
        call('RPUSH', queue, entry)
      end
      call('PEXPIRE', queue, 2 * stale_millis)
      if not heads[first] or heads[first] == inst then
        turn = 1
      end
    end
    -- Whatever is passed to this instance from now on has a later epoch.
    local last = string.match(owners[first] or '', ':(%d+):%d+$') or string.format('%.0f', fences[first] or 0)
    return { 0, left, turn, last }
  end

  local reply = { 1 }
  for i = first, last_key, 4 do
    local epoch, its_lease
    if granted[i] then
      epoch, its_lease = string.match(granted[i], ':(%d+):(%d+)$')
      if call('PTTL', KEYS[i]) < tonumber(its_lease) then
        call('PEXPIRE', KEYS[i], its_lease)
      end
    else
      -- Another of the keys may have had the stripe's last one.
      epoch, its_lease = epoch_after(call('GET', KEYS[i + 3])), lease
      call('SET', KEYS[i + 3], epoch)
      call('SET', KEYS[i], own(epoch, ctr, lease), 'PX', lease)
      if heads[i] == inst then
        call('LPOP', KEYS[i + 1])
      end
    end
    reply[#reply + 1] = epoch
    reply[#reply + 1] = tonumber(its_lease)
  end
  return reply
end

local function answer(first, a)
  return ask(first, tonumber(ARGV[a]), ARGV[a + 1], ARGV[a + 2], ARGV[a + 3], a + 4)
end

if n == 2 then
  local reply = answer(1, 4)
  return reply.err and reply or { reply }
end
for _, other in ipairs(others) do
  local done, reply = pcall(answer, other[2], other[3])
  replies[other[1]] = done and not reply.err and reply or -2
end
return replies
