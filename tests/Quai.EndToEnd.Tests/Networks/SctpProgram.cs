namespace Quai.EndToEnd.Tests.Networks;

/// <summary>A server and a client of SCTP: who connects is told the address that it has for the server.</summary>
internal static class SctpProgram
{
    // serve PORT: answers each connection with its address. ask ADDRESS PORT: prints the answer.
    private const string Source = """
        #include <arpa/inet.h>
        #include <netinet/in.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <unistd.h>

        static int fail(const char *what) { perror(what); return 1; }

        static int serve(int port)
        {
            char text[INET_ADDRSTRLEN + 1];
            struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(port) };
            int s = socket(AF_INET, SOCK_STREAM, 132);
            if (s < 0) return fail("socket");
            if (bind(s, (struct sockaddr *)&at, sizeof at) || listen(s, 16)) return fail("listen");
            puts("serving");
            fflush(stdout);
            for (;;)
            {
                struct sockaddr_in peer;
                socklen_t length = sizeof peer;
                int c = accept(s, (struct sockaddr *)&peer, &length);
                if (c < 0) return fail("accept");
                inet_ntop(AF_INET, &peer.sin_addr, text, sizeof text);
                strcat(text, "\n");
                if (send(c, text, strlen(text), MSG_NOSIGNAL) < 0) perror("send");
                close(c);
            }
        }

        static int ask(const char *address, int port)
        {
            char answer[64];
            ssize_t count;
            struct sockaddr_in four = { .sin_family = AF_INET, .sin_port = htons(port) };
            struct sockaddr_in6 six = { .sin6_family = AF_INET6, .sin6_port = htons(port) };
            int is6 = inet_pton(AF_INET6, address, &six.sin6_addr) == 1, s = socket(is6 ? AF_INET6 : AF_INET, SOCK_STREAM, 132);
            if (!is6 && inet_pton(AF_INET, address, &four.sin_addr) != 1) return 2;
            if (s < 0) return fail("socket");
            alarm(15);
            if (is6 ? connect(s, (struct sockaddr *)&six, sizeof six) : connect(s, (struct sockaddr *)&four, sizeof four)) return fail("connect");
            while ((count = recv(s, answer, sizeof answer, 0)) > 0) fwrite(answer, 1, count, stdout);
            return count < 0 ? fail("recv") : 0;
        }

        int main(int argc, char **argv)
        {
            if (argc == 3 && !strcmp(argv[1], "serve")) return serve(atoi(argv[2]));
            return argc == 4 && !strcmp(argv[1], "ask") ? ask(argv[2], atoi(argv[3])) : 2;
        }
        """;

    private static readonly Lazy<Task<string>> s_compiled = new(CompileAsync);

    /// <summary>The program on the host; static, so that it runs in any container.</summary>
    public static Task<string> PathAsync() => s_compiled.Value;

    private static async Task<string> CompileAsync()
    {
        string folder = Directory.CreateTempSubdirectory("quai-sctp-").FullName, source = Path.Combine(folder, "sctp.c"), program = Path.Combine(folder, "sctp");
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Directory.Delete(folder, recursive: true);
        await File.WriteAllTextAsync(source, Source);
        (await RunningCommand.RunAsync("gcc", ["-O1", "-Wall", "-Werror", "-static", "-o", program, source], timeout: TimeSpan.FromMinutes(2) * TestEnvironment.Slowness)).Expect();
        return program;
    }
}
