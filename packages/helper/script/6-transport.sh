# ---- transport ---------------------------------------------------------------------------------------------------
# Places stand in the file of URLs, a line each: NAME PLACE, where a place is an http(s) address or an absolute path.
# It is read for every request, so that whoever renews it need tell nobody. Addresses are secrets: they reach curl and
# python3 by a pipe, never by an argument (wget, which only fetches, shows them). Nothing here needs room on the disk.

piece_bytes=4194304

choose_tool() {
  tool=
  for path in ${DESTINO_TOOLS:-curl python3 wget}; do
    if [ -z "$tool" ] && command -v "$path" >/dev/null 2>&1; then tool=$path; fi
  done
}

# place_of NAME: sets place, fails where there is none.
place_of() {
  place=
  [ -r "$urls" ] || return 1
  while read -r word rest || [ -n "$word" ]; do
    [ "$word" != "$1" ] || place=$rest
    word=
  done <"$urls"
  [ -n "$place" ]
}

http_python='
import os, sys, urllib.error, urllib.request
asked = [line.rstrip("\n").partition(" = ") for line in sys.stdin]
asked = [(name, value[1:-1]) for name, _, value in asked]
headers = dict(value.split(": ", 1) for name, value in asked if name == "header")
given = dict(asked)
data = os.fdopen(8, "rb").read() if sys.argv[1] == "body" else b"" if given["request"] == "PUT" else None
request = urllib.request.Request(given["url"], data=data, headers=headers, method=given["request"])
file = sys.argv[2]
try:
    try:
        answer = urllib.request.urlopen(request, timeout=60)
    except urllib.error.HTTPError as error:
        answer = error
    status = answer.getcode()
    if given["request"] == "HEAD":
        print("content-length: %s" % answer.headers.get("content-length"))
    elif file == "-":
        sys.stdout.write(answer.read(65536).decode("utf-8", "replace"))
    elif status in (200, 206):
        with open(file, "ab" if status == 206 else "wb") as out:
            for piece in iter(lambda: answer.read(1048576), b""):
                out.write(piece)
except Exception as error:
    sys.stderr.write("%s\n" % type(error).__name__)
    status = 0
print("\n%03d" % status)
'

# http METHOD URL body|- FILE|- [HEADER…]: prints the answer (without FILE) and, on the last line, its status; 000 for
# none. A body comes from descriptor 8. A FILE that is there already is gone on with.
http() {
  http_method=$1 http_url=$2 http_body=$3 http_file=$4
  shift 4
  if [ "$http_file" != - ] && [ -s "$http_file" ] && [ "$tool" = python3 ]; then
    set -- "$@" "Range: bytes=$(wc -c <"$http_file" | tr -d ' ')-"
  fi
  if [ "$tool" = wget ]; then
    http_wget
    return
  fi
  [ "$http_method" != PUT ] || [ "$http_body" = body ] || set -- "$@" 'Content-Length: 0'
  {
    printf 'url = "%s"\nrequest = "%s"\n' "$http_url" "$http_method"
    for http_header; do printf 'header = "%s"\n' "$http_header"; done
  } | case $tool in
  curl)
    set -- -sS -K - -w '\n%{http_code}\n' --connect-timeout 20 --speed-limit 1 --speed-time 60
    [ "$http_method" != HEAD ] || set -- "$@" --head
    [ "$http_body" != body ] || set -- "$@" -H 'Content-Type: application/octet-stream' --data-binary @/dev/fd/8
    [ "$http_file" = - ] || set -- "$@" --fail -C - -o "$http_file"
    curl "$@" || printf '\n000\n'
    ;;
  python3) python3 -c "$http_python" "$http_body" "$http_file" ;;
  esac 2>/dev/null
}

http_wget() {
  if [ "$http_method" = GET ] && [ "$http_file" != - ] && wget -q -c -O "$http_file" "$http_url" 2>/dev/null; then
    echo 200
  elif [ "$http_method" = GET ] && [ "$http_file" != - ]; then
    echo 403 # it does not say: an address whose time is over is the likeliest, and the one that is worth renewing
  else
    echo 000
  fi
}

# ask …: as http; sets status, and answer to what stands before it. With curl the status of a body that broke off is
# followed by 000.
ask() {
  answer=$(http "$@")
  status=${answer##*
}
  answer=${answer%"$status"}
  case $status in [1-5][0-9][0-9]) ;; *) status=000 ;; esac
}

# renew: takes the newer set of URLs that the present one leads to, if it leads to one.
renew() {
  place_of urls || return 1
  case $place in
  /*) cat "$place" >"$job/urls.new" 2>/dev/null || return 1 ;;
  *)
    rm -f "$job/urls.new"
    ask GET "$place" - "$job/urls.new"
    [ "$status" = 200 ] || return 1
    ;;
  esac
  urls=$job/urls
  mv -f "$job/urls.new" "$urls"
}

# persist COMMAND…: until it succeeds (0) or says that it never will (3), with growing pauses, at most patience_s.
persist() {
  uptime_now
  give_up_cs=$((uptime_cs + patience_s * 100)) wait_s=1
  while :; do
    "$@" && return 0
    [ $? -ne 3 ] || return 3
    uptime_now
    [ "$uptime_cs" -lt "$give_up_cs" ] || return 1
    case $status in 401 | 403) renew || : ;; esac
    sleep "$wait_s"
    [ "$wait_s" -ge 15 ] || wait_s=$((wait_s * 2))
  done
}

# fetch_once NAME FILE HASH|-: 3 for what is not there, and for bytes that are never those announced.
fetch_once() {
  status=000
  place_of "$1" || return 3
  case $place in
  /*) cp "$place" "$2" 2>/dev/null || return 3 ;;
  *)
    had_bytes=$(wc -c <"$2" 2>/dev/null) || had_bytes=0
    ask GET "$place" - "$2"
    case $status in
    200 | 206 | 416) ;;
    404 | 410) return 3 ;;
    *)
      # Where going on brings nothing, the far side may not know how to: from the start, then.
      [ "$had_bytes" -eq 0 ] || [ "$(wc -c <"$2")" -gt "$had_bytes" ] || rm -f "$2"
      return 1
      ;;
    esac
    ;;
  esac
  [ "$3" != - ] && command -v sha256sum >/dev/null 2>&1 || return 0
  actual=$(sha256sum <"$2")
  [ "${actual%% *}" = "$3" ] && return 0
  rm -f "$2"
  damaged=$((damaged + 1))
  [ "$damaged" -lt 3 ] || return 3
  return 1
}

# emit: the body of the next request, as the caller has set it.
emit() {
  case $emit_what in
  text) printf '%s\n' "$emit_text" ;;
  range) tail -c "+$((emit_from + 1))" "$emit_file" | head -c "$emit_bytes" ;;
  files)
    tail -n "+$emit_from" "$job/outputs.index" | head -n "$emit_lines" | while read -r output _ _ path; do
      cat "$(output_folder "$output")/$path"
    done
    ;;
  esac 2>/dev/null
}

# ask_with_body METHOD URL [HEADER…]: as ask, and sends what `emit` gives.
ask_with_body() {
  ask_method=$1 ask_url=$2
  shift 2
  answer=$(emit | { http "$ask_method" "$ask_url" body - "$@"; } 8<&0)
  status=${answer##*
}
  answer=${answer%"$status"}
  case $status in [1-5][0-9][0-9]) ;; *) status=000 ;; esac
}

# put_once NAME TEXT: a small text in place of what stands there.
put_once() {
  status=000
  place_of "$1" || return 3
  emit_what=text emit_text=$2
  case $place in
  /*)
    mkdir -p "${place%/*}" 2>/dev/null
    { emit >"$place.new" && mv -f "$place.new" "$place"; } 2>/dev/null
    ;;
  *)
    ask_with_body PUT "$place" 'x-ms-blob-type: BlockBlob'
    [ "$status" = 201 ]
    ;;
  esac
}

# append_once NAME AT: what `emit` gives behind the first AT bytes of the place. 4: it ends elsewhere, `there` says where.
append_once() {
  status=000
  place_of "$1" || return 3
  case $place in
  /*)
    mkdir -p "${place%/*}" 2>/dev/null
    emit 2>/dev/null >>"$place" || :
    there=$(wc -c <"$place" 2>/dev/null | tr -d ' ')
    return 4
    ;;
  esac
  ask_with_body PUT "$place&comp=appendblock" "x-ms-blob-condition-appendpos: $2"
  case $status in
  201) return 0 ;;
  404)
    ask PUT "$place" - - 'x-ms-blob-type: AppendBlob' 'If-None-Match: *'
    there=0
    case $status in 201) return 4 ;; *) return 1 ;; esac
    ;;
  412)
    ask HEAD "$place" - -
    there=$(printf '%s' "$answer" | tr 'A-Z\r' 'a-z\n' | sed -n 's/^content-length: *\([0-9][0-9]*\)$/\1/p')
    [ -n "$there" ] || return 1
    return 4
    ;;
  409 | 413) return 3 ;;
  *) return 1 ;;
  esac
}
