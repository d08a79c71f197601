/* Writes down whom a process connects to or sends to, one line each, into the file that NARTHEX_TEST_CONNECTS names.
 * Preloaded into a plane that runs as a process of its own; it changes nothing else. */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void note(const char *line)
{
    const char *path = getenv("NARTHEX_TEST_CONNECTS");
    int file = path ? open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600) : -1;
    if (file < 0)
        abort();
    if (write(file, line, strlen(line)) < 0)
        abort();
    close(file);
}

static void note_address(const struct sockaddr *address, socklen_t length)
{
    char line[256], text[INET6_ADDRSTRLEN] = "?";
    if (address == NULL)
        return;
    if (address->sa_family == AF_UNIX) {
        const struct sockaddr_un *to = (const struct sockaddr_un *)address;
        int most = (int)(length - offsetof(struct sockaddr_un, sun_path));
        snprintf(line, sizeof line, "unix %.*s\n", most, to->sun_path);
    } else if (address->sa_family == AF_INET) {
        const struct sockaddr_in *to = (const struct sockaddr_in *)address;
        inet_ntop(AF_INET, &to->sin_addr, text, sizeof text);
        snprintf(line, sizeof line, "inet %s %d\n", text, ntohs(to->sin_port));
    } else if (address->sa_family == AF_INET6) {
        const struct sockaddr_in6 *to = (const struct sockaddr_in6 *)address;
        inet_ntop(AF_INET6, &to->sin6_addr, text, sizeof text);
        snprintf(line, sizeof line, "inet %s %d\n", text, ntohs(to->sin6_port));
    } else if (address->sa_family == AF_UNSPEC) {
        return;
    } else {
        snprintf(line, sizeof line, "family %d\n", address->sa_family);
    }
    note(line);
}

int connect(int socket, const struct sockaddr *address, socklen_t length)
{
    static int (*next)(int, const struct sockaddr *, socklen_t);
    if (next == NULL)
        next = (int (*)(int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "connect");
    note_address(address, length);
    return next(socket, address, length);
}

ssize_t sendto(int socket, const void *bytes, size_t size, int flags, const struct sockaddr *address, socklen_t length)
{
    static ssize_t (*next)(int, const void *, size_t, int, const struct sockaddr *, socklen_t);
    if (next == NULL)
        next = (ssize_t(*)(int, const void *, size_t, int, const struct sockaddr *, socklen_t))dlsym(RTLD_NEXT, "sendto");
    note_address(address, length);
    return next(socket, bytes, size, flags, address, length);
}

ssize_t sendmsg(int socket, const struct msghdr *message, int flags)
{
    static ssize_t (*next)(int, const struct msghdr *, int);
    if (next == NULL)
        next = (ssize_t(*)(int, const struct msghdr *, int))dlsym(RTLD_NEXT, "sendmsg");
    note_address(message->msg_name, message->msg_namelen);
    return next(socket, message, flags);
}

int getaddrinfo(const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **found)
{
    static int (*next)(const char *, const char *, const struct addrinfo *, struct addrinfo **);
    char line[256];
    if (next == NULL)
        next = (int (*)(const char *, const char *, const struct addrinfo *, struct addrinfo **))dlsym(RTLD_NEXT, "getaddrinfo");
    snprintf(line, sizeof line, "name %s\n", node ? node : "");
    note(line);
    return next(node, service, hints, found);
}
