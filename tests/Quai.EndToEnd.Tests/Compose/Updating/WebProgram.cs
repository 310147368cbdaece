namespace Quai.EndToEnd.Tests.Compose.Updating;

/// <summary>A web server that ends as one should, and a client that counts what fails.</summary>
internal static class WebProgram
{
    // serve PORT TEXT: answers each request with the text; told to end, it says so with each connection's next answer, and ends when there are none.
    // ask ADDRESS PORT RATE keep|new: asks so many times a second until it is told to end, by few connections or a new one each time, and prints how many answers there were of each text.
    private const string Source = """
        #include <arpa/inet.h>
        #include <errno.h>
        #include <netinet/in.h>
        #include <netinet/tcp.h>
        #include <poll.h>
        #include <signal.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        #define MOST 4096
        static volatile sig_atomic_t over;
        static void end(int signal) { (void)signal; over = 1; }
        static int fail(const char *what) { perror(what); return 1; }

        static int serve(int port, const char *text)
        {
            static struct pollfd all[MOST];
            static char buffer[65536];
            char answer[512];
            int count = 1, yes = 1;
            struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
            int s = socket(AF_INET, SOCK_STREAM, 0);
            setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
            if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 512)) return fail("listen");
            all[0] = (struct pollfd){ s, POLLIN, 0 };
            while (!over || count > 1)
            {
                if (poll(all, count, 200) < 0) continue;
                for (int i = count - 1; i > 0; i--)
                {
                    if (!all[i].revents) continue;
                    ssize_t got = recv(all[i].fd, buffer, sizeof buffer, 0);
                    int length = snprintf(answer, sizeof answer, "HTTP/1.1 200 OK\r\nContent-Length: %zu\r\nConnection: %s\r\n\r\n%s", strlen(text), over ? "close" : "keep-alive", text);
                    if (got <= 0 || send(all[i].fd, answer, length, MSG_NOSIGNAL) != length || over)
                    {
                        close(all[i].fd);
                        all[i] = all[--count];
                    }
                }
                if (all[0].revents && count < MOST)
                {
                    int c = accept(s, NULL, NULL);
                    if (c >= 0) all[count++] = (struct pollfd){ c, POLLIN, 0 };
                }
            }
            return 0;
        }

        static int dial(struct sockaddr_in *at)
        {
            int s = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
            struct timeval patience = { .tv_sec = 20 };
            setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
            setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
            setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
            if (connect(s, (struct sockaddr *)at, sizeof *at) == 0) return s;
            int error = errno;
            close(s);
            errno = error;
            return -1;
        }

        static int ask(const char *address, int port, int rate, int keep)
        {
            static const char request[] = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
            struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
            int kept[4] = { -1, -1, -1, -1 }, texts = 0;
            char names[8][32] = { { 0 } }, answer[1024], first[128] = "";
            long counts[8] = { 0 }, failed = 0, number = 0;
            struct timespec next;
            inet_pton(AF_INET, address, &at.sin_addr);
            clock_gettime(CLOCK_MONOTONIC, &next);
            while (!over)
            {
                int *place = &kept[number++ % 4], open = *place;
                const char *step = "connect";
                ssize_t got = -1;
                if (open < 0) open = dial(&at);
                if (open >= 0) step = "send";
                if (open >= 0 && send(open, request, sizeof request - 1, MSG_NOSIGNAL) == (ssize_t)sizeof request - 1)
                {
                    step = "receive";
                    got = recv(open, answer, sizeof answer - 1, 0);
                }
                if (got <= 0 && over && errno == EINTR) break;
                if (got <= 0)
                {
                    if (!failed++) snprintf(first, sizeof first, " %s: %s", step, got == 0 ? "closed" : strerror(errno));
                    if (open >= 0) close(open);
                    *place = -1;
                }
                else
                {
                    answer[got] = 0;
                    char *body = strstr(answer, "\r\n\r\n");
                    int i = 0;
                    while (i < texts && strcmp(names[i], body ? body + 4 : "?")) i++;
                    if (i == texts && texts < 8) snprintf(names[texts++], sizeof names[0], "%s", body ? body + 4 : "?");
                    counts[i]++;
                    if (!keep || strstr(answer, "Connection: close")) { close(open); *place = -1; } else *place = open;
                }
                next.tv_nsec += 1000000000L / rate;
                if (next.tv_nsec >= 1000000000L) { next.tv_nsec -= 1000000000L; next.tv_sec++; }
                clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &next, NULL);
            }
            printf("failed=%ld%s", failed, first);
            for (int i = 0; i < texts; i++) printf(" %s=%ld", names[i], counts[i]);
            printf("\n");
            return 0;
        }

        int main(int argc, char **argv)
        {
            struct sigaction action = { .sa_handler = end };
            sigaction(SIGTERM, &action, NULL);
            sigaction(SIGINT, &action, NULL);
            if (argc == 4 && !strcmp(argv[1], "serve")) return serve(atoi(argv[2]), argv[3]);
            return argc == 6 && !strcmp(argv[1], "ask") ? ask(argv[2], atoi(argv[3]), atoi(argv[4]), !strcmp(argv[5], "keep")) : 2;
        }
        """;

    private static readonly Lazy<Task<string>> s_compiled = new(CompileAsync);

    /// <summary>The program on the host; static, so that it runs in any container.</summary>
    public static Task<string> PathAsync() => s_compiled.Value;

    private static async Task<string> CompileAsync()
    {
        string folder = Directory.CreateTempSubdirectory("quai-web-").FullName, source = Path.Combine(folder, "web.c"), program = Path.Combine(folder, "web");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(source, Source);
        (await RunningCommand.RunAsync("gcc", ["-O1", "-Wall", "-Werror", "-static", "-o", program, source], timeout: TimeSpan.FromMinutes(2) * TestEnvironment.Slowness)).Expect();
        return program;
    }
}
