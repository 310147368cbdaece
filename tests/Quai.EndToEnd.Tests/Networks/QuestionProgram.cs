namespace Quai.EndToEnd.Tests.Networks;

/// <summary>A program that asks a server at 127.0.0.11 for a name over and over, by UDP, each question once, and tells how many answers came and when.</summary>
internal static class QuestionProgram
{
    // ask NAME COUNT MILLISECONDS: a question each so many milliseconds, then five seconds of waiting. Prints "asked answered latest-ms wrong".
    private const string Source = """
        #include <arpa/inet.h>
        #include <netinet/in.h>
        #include <poll.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <time.h>
        #include <unistd.h>

        static long long now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1000LL + t.tv_nsec / 1000000; }

        int main(int argc, char **argv)
        {
            if (argc != 4) return 2;
            int count = atoi(argv[2]), pause = atoi(argv[3]), answered = 0, wrong = 0;
            long long *sent = calloc(count, sizeof *sent), latest = 0, start = now();
            int s = socket(AF_INET, SOCK_DGRAM, 0), room = 1 << 20;
            setsockopt(s, SOL_SOCKET, SO_RCVBUF, &room, sizeof room);
            struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(53) };
            inet_pton(AF_INET, "127.0.0.11", &to.sin_addr);
            unsigned char q[300] = { 0, 0, 1, 0, 0, 1 };
            int length = 12;
            for (char *label = strtok(strdup(argv[1]), "."); label; label = strtok(NULL, ".")) {
                q[length++] = strlen(label);
                memcpy(q + length, label, strlen(label));
                length += strlen(label);
            }
            q[length++] = 0; q[length++] = 0; q[length++] = 1; q[length++] = 0; q[length++] = 1;
            int next = 0;
            while (answered < count && (next < count || now() - sent[count - 1] < 5000)) {
                long long time = now(), due = start + (long long)next * pause;
                if (next < count && time >= due) {
                    q[0] = next >> 8; q[1] = next;
                    sent[next++] = time;
                    if (sendto(s, q, length, 0, (struct sockaddr *)&to, sizeof to) < 0) wrong++;
                    continue;
                }
                struct pollfd p = { s, POLLIN, 0 };
                int wait = next < count ? (int)(due - time) : 100;
                if (poll(&p, 1, wait) == 1) {
                    unsigned char a[4096];
                    int got = recv(s, a, sizeof a, 0);
                    int id = got >= 12 ? a[0] << 8 | a[1] : -1;
                    if (id < 0 || id >= next || (a[3] & 15) != 0 || a[7] == 0) { wrong++; continue; }
                    long long took = now() - sent[id];
                    if (took > latest) latest = took;
                    answered++;
                }
            }
            printf("%d %d %lld %d\n", next, answered, latest, wrong);
            return 0;
        }
        """;

    private static readonly Lazy<Task<string>> s_compiled = new(CompileAsync);

    /// <summary>The program on the host; static, so that it runs in any container.</summary>
    public static Task<string> PathAsync() => s_compiled.Value;

    private static async Task<string> CompileAsync()
    {
        string folder = Directory.CreateTempSubdirectory("quai-question-").FullName, source = Path.Combine(folder, "ask.c"), program = Path.Combine(folder, "ask");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(source, Source);
        (await RunningCommand.RunAsync("gcc", ["-O1", "-static", "-o", program, source], timeout: TimeSpan.FromMinutes(2))).Expect();
        return program;
    }
}
