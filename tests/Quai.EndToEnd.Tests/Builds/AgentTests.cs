using System.Net.Sockets;

namespace Quai.EndToEnd.Tests.Builds;

/// <summary>Steps that ask the client's SSH agents.</summary>
public sealed class AgentTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    // Asks the agent for its keys and prints the answer's type and number of keys.
    private const string Asking = """
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/socket.h>
        #include <sys/un.h>
        #include <unistd.h>
        int main(void)
        {
            struct sockaddr_un to = { .sun_family = AF_UNIX };
            strncpy(to.sun_path, getenv("SSH_AUTH_SOCK"), sizeof to.sun_path - 1);
            int s = socket(AF_UNIX, SOCK_STREAM, 0), length = 0, more;
            if (connect(s, (void *)&to, sizeof to)) { perror("connect"); return 1; }
            unsigned char question[5] = { 0, 0, 0, 1, 11 }, answer[9];
            if (write(s, question, 5) != 5) return 1;
            while (length < 9 && (more = read(s, answer + length, 9 - length)) > 0) length += more;
            printf("type %d keys %d\n", answer[4], answer[8]);
            return length != 9;
        }
        """;

    [QuaidFact]
    public async Task A_step_has_the_agents_that_it_names_and_no_others()
    {
        BuildFolder folder = new BuildFolder(engine).Write("ask.c", Asking).Dockerfile("""
            FROM BASE
            COPY ask /bin/ask
            RUN --mount=type=ssh ask > /answer
            RUN --mount=type=ssh,id=second,mode=0666 ask >> /answer
            RUN test -z "$SSH_AUTH_SOCK" && ! ls /run/buildkit
            """);
        (await RunningCommand.RunAsync("gcc", ["-O1", "-static", "-o", Path.Combine(folder.Folder, "ask"), Path.Combine(folder.Folder, "ask.c")], timeout: TimeSpan.FromMinutes(2))).Expect();
        string one = Path.Combine(folder.Folder, "one.sock"), two = Path.Combine(folder.Folder, "two.sock");
        using Socket first = Agent(one, keys: 3), second = Agent(two, keys: 5);
        var quai = new DockerClient(engine.Host, Path.Combine(engine.Root, "quai-config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));
        foreach (bool own in (bool[])[false, true])
        {
            string name = $"asked-{own}".ToLowerInvariant(), options = $"--no-cache -q --ssh default={one} --ssh second={two} -t {name} {folder.Folder}";
            await (own ? quai.OkAsync($"build {options}") : folder.Client.OkAsync($"buildx build {options}"));
            Assert.Equal("type 12 keys 3\ntype 12 keys 5", await folder.InAsync(name, "cat /answer"));
            await folder.Client.OkAsync($"rmi {name}");
        }

        // Keys of files stand in the place of an agent.
        (await RunningCommand.ShellAsync($"cd {folder.Folder} && for k in rsa ed25519 ecdsa; do ssh-keygen -q -t $k -N '' -f $k || exit 1; done")).ToString();
        await quai.OkAsync($"build --no-cache -q --ssh default={folder.Folder}/rsa,{folder.Folder}/ed25519 --ssh second={folder.Folder}/ecdsa -t asked-keys {folder.Folder}");
        Assert.Equal("type 12 keys 2\ntype 12 keys 1", await folder.InAsync("asked-keys", "cat /answer"));
        CommandResult mixed = await quai.RunAsync($"build --ssh default={folder.Folder}/rsa,{one} {folder.Folder}");
        Assert.EndsWith("failed to convert agent config for ID: \"default\": invalid combination of keys and sockets\n", mixed.Stderr, StringComparison.Ordinal);

        // One that is not given is said to be missing; a step that names none has none.
        CommandResult refused = await folder.RunAsync($"--no-cache --ssh default={one}");
        Assert.NotEqual(0, refused.ExitCode);
        Assert.Contains("second", refused.Stderr, StringComparison.Ordinal);
    }

    /// <summary>An agent of so many keys: it answers one question of each caller.</summary>
    private static Socket Agent(string path, byte keys)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        _ = Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    using Socket caller = await listener.AcceptAsync();
                    byte[] question = new byte[5];
                    for (int length = 0, more; length < 5 && (more = await caller.ReceiveAsync(question.AsMemory(length))) > 0;)
                    {
                        length += more;
                    }

                    // Each a key of a format of its own, without a comment: buildx reads what an agent answers.
                    byte[] key = [0, 0, 0, 8, 0, 0, 0, 4, .. "test"u8, 0, 0, 0, 0];
                    byte[] answer = [12, 0, 0, 0, keys, .. Enumerable.Repeat(key, keys).SelectMany(k => k)];
                    Assert.Equal([0, 0, 0, 1, 11], question);
                    await caller.SendAsync((byte[])[0, 0, 0, (byte)answer.Length, .. answer]);
                    caller.Shutdown(SocketShutdown.Send);
                }
            }
            catch (Exception e) when (e is SocketException or ObjectDisposedException)
            {
                // The test has ended.
            }
        });
        return listener;
    }
}
