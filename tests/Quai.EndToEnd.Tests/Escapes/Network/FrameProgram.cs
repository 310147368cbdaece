using System.Formats.Tar;

namespace Quai.EndToEnd.Tests.Escapes.Network;

/// <summary>
/// A static program for containers and namespaces: <c>frame send INTERFACE HEX</c> sends a frame as it is given, <c>frame say ADDRESS PORT TEXT</c> sends a datagram,
/// <c>frame udp PORT</c> prints the source and the text of every datagram that comes.
/// </summary>
internal static class FrameProgram
{
    private const string Source = """
        #include <arpa/inet.h>
        #include <net/if.h>
        #include <netpacket/packet.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>

        int main(int count, char **word) {
            if (count == 4 && !strcmp(word[1], "send")) {
                unsigned char frame[2048];
                size_t length = strlen(word[3]) / 2;
                for (size_t i = 0; i < length; i++)
                    if (sscanf(word[3] + 2 * i, "%2hhx", frame + i) != 1)
                        return 2;
                int s = socket(AF_PACKET, SOCK_RAW, 0);
                struct sockaddr_ll to = { .sll_family = AF_PACKET, .sll_ifindex = if_nametoindex(word[2]), .sll_halen = 6 };
                if (s < 0 || sendto(s, frame, length, 0, (void *)&to, sizeof to) < 0) {
                    perror("send");
                    return 1;
                }
                return 0;
            }
            if (count == 5 && !strcmp(word[1], "say")) {
                int s = socket(AF_INET, SOCK_DGRAM, 0);
                struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(atoi(word[3])), .sin_addr.s_addr = inet_addr(word[2]) };
                if (sendto(s, word[4], strlen(word[4]), 0, (void *)&to, sizeof to) < 0) {
                    perror("say");
                    return 1;
                }
                return 0;
            }
            if (count == 3 && !strcmp(word[1], "udp")) {
                int s = socket(AF_INET, SOCK_DGRAM, 0);
                struct sockaddr_in here = { .sin_family = AF_INET, .sin_port = htons(atoi(word[2])) }, from;
                if (bind(s, (void *)&here, sizeof here)) {
                    perror("bind");
                    return 1;
                }
                setvbuf(stdout, NULL, _IOLBF, 0);
                puts("ready");
                for (;;) {
                    char text[1024];
                    socklen_t size = sizeof from;
                    ssize_t n = recvfrom(s, text, sizeof text - 1, 0, (void *)&from, &size);
                    if (n < 0)
                        return 1;
                    text[n] = 0;
                    printf("%s %s\n", inet_ntoa(from.sin_addr), text);
                }
            }
            return 2;
        }
        """;

    private static readonly Lazy<Task<string>> s_path = new(CompileAsync);

    /// <summary>The program on the host.</summary>
    public static Task<string> PathAsync() => s_path.Value;

    /// <summary>Busybox with the program as <c>/bin/frame</c>.</summary>
    public static async Task<TestImage> ImageAsync()
    {
        byte[] program = await File.ReadAllBytesAsync(await PathAsync());
        return new TestImage().WithBusybox().WithLayer(TestImage.Tar(new PaxTarEntry(TarEntryType.RegularFile, "bin/frame")
        {
            DataStream = new MemoryStream(program),
            Mode = (UnixFileMode)0b111_101_101,
        }));
    }

    private static async Task<string> CompileAsync()
    {
        // Beside the tests' own files, where a machine without a compiler (eng/test-vm's) finds it.
        byte[] source = System.Text.Encoding.UTF8.GetBytes(Source);
        string path = Path.Combine(AppContext.BaseDirectory, "frame-" + TestImage.Digest(source)[^12..]), partial = $"{path}.{Guid.NewGuid():n}";
        if (!File.Exists(path))
        {
            (await RunningCommand.RunAsync("gcc", ["-static", "-O1", "-x", "c", "-o", partial, "-"], source)).Expect();
            File.Move(partial, path, overwrite: true);
        }

        return path;
    }
}
