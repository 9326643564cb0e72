-- Asks about one token after another. The requests are in the file that BENCH_REQUESTS names, one body a line.
local requests = {}
local at = 0

function init(arguments)
  local headers = { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer " .. os.getenv("BENCH_VERIFIER") }
  for body in io.lines(os.getenv("BENCH_REQUESTS")) do
    requests[#requests + 1] = wrk.format("POST", "/api/v1/verify", headers, body)
  end
end

-- Milliseconds that each connection waits before it asks again.
local pause = tonumber(os.getenv("BENCH_PAUSE"))
if pause then
  function delay()
    return pause
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency, requests)
  local failed = summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.status + summary.errors.timeout
  io.write(string.format('BENCH {"requests":%d,"micros":%d,"p50":%d,"p99":%d,"failed":%d}\n',
    summary.requests, summary.duration, latency:percentile(50), latency:percentile(99), failed))
end
