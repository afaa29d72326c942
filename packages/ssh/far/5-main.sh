# ---- verbs -----------------------------------------------------------------------------------------------------------

verb=$1
shift
case $verb in
hello | look | place | part | assemble | submit | inspect | cancel | owned | logs | outputs | about) "$verb" "$@" ;;
find) find_job "$@" ;;
release) release_job "$@" ;;
remove) remove_job "$@" ;;
read) read_output "$@" ;;
*) trouble contract "there is no verb '$verb'" ;;
esac
