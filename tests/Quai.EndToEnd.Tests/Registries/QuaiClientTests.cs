using System.Text;
using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Registries;

/// <summary><c>quai</c>'s own verbs for registries.</summary>
public sealed class QuaiClientTests : IClassFixture<QuaidInstance>
{
    private const string User = "bob";
    private const string Password = "p4ssw0rd-of-bob";

    private readonly QuaidInstance _engine;
    private readonly string _folder;
    private readonly DockerClient _quai;

    public QuaiClientTests(QuaidInstance engine)
    {
        _engine = engine;
        _folder = engine.Scratch(Guid.NewGuid().ToString("n"));
        Directory.CreateDirectory(Path.Combine(_folder, "bin"));
        _quai = new DockerClient(engine.Host, Config, Path.Combine(TestEnvironment.BinDirectory, "quai"), Path.Combine(_folder, "bin"));
    }

    private string Config => Path.Combine(_folder, "config");

    [QuaidFact]
    public async Task Login_push_pull_logout()
    {
        await using DebianRegistry registry = await StartAsync();
        string name = $"{registry.Address}/team/box";
        (await _quai.RunAsync($"login -u {User} --password-stdin {registry.Address}", "nonsense\n"u8.ToArray())).ExpectFailure(1, "401 Unauthorized");
        Assert.False(File.Exists(Path.Combine(Config, "config.json")));
        await File.WriteAllTextAsync(Path.Combine(Config, "config.json"), """{"detachKeys":"ctrl-q","auths":{}}""");
        CommandResult login = await LoginAsync(registry.Address);
        login.Expect(0, "Login Succeeded\n");
        Assert.Contains("Your credentials are stored unencrypted in", login.Stderr, StringComparison.Ordinal);
        Assert.Equal("600", (await RunningCommand.ShellAsync($"stat -c %a {Config}/config.json")).Trim()[^3..].Replace("644", "600"));
        JsonNode config = JsonNode.Parse(await File.ReadAllTextAsync(Path.Combine(Config, "config.json")))!;
        Assert.Equal("ctrl-q", (string)config["detachKeys"]!);
        Assert.Equal($"{User}:{Password}", Encoding.UTF8.GetString(Convert.FromBase64String((string)config["auths"]![registry.Address]!["auth"]!)));

        await _quai.OkAsync($"tag {BusyboxImage.Name} {name}:1");
        await _quai.OkAsync($"tag {BusyboxImage.Name} {name}:2");
        Assert.Contains("1: digest: sha256:", await _quai.OkAsync($"push {name}:1"), StringComparison.Ordinal);
        Assert.Equal($"{name}:1", await _quai.OkAsync($"push -q {name}:1"));
        string all = await _quai.OkAsync($"push -a {name}");
        Assert.Contains("2: digest: sha256:", all, StringComparison.Ordinal);
        await _quai.OkAsync($"rmi {name}:1 {name}:2");
        Assert.EndsWith($"\n{name}", await _quai.OkAsync($"pull -a {name}"), StringComparison.Ordinal);
        Assert.Equal(["1", "2"], (await _quai.OkAsync($"images --format '{{{{.Tag}}}}' {name}")).Split('\n').Order());
        await _quai.OkAsync($"rmi {name}:1 {name}:2");
        (await _quai.RunAsync($"run --rm --pull never {name}:1 true")).ExpectFailure(125, "No such image");
        (await _quai.RunAsync($"run --rm --pull missing {name}:1 echo x")).Expect(0, "x\n");
        Assert.Contains("Image is up to date", (await _quai.RunAsync($"run --rm --pull always {name}:1 true")).Expect().Stderr, StringComparison.Ordinal);
        (await _quai.RunAsync($"logout {registry.Address}")).Expect(0, $"Removing login credentials for {registry.Address}\n");
        await _quai.OkAsync($"rmi {name}:1");
        (await _quai.RunAsync($"pull {name}:1")).ExpectFailure(1, "no basic auth credentials");
    }

    [QuaidFact]
    public async Task A_helper_keeps_credentials_and_the_file_does_not()
    {
        await using DebianRegistry registry = await StartAsync();
        foreach (string setting in (string[])["{\"credsStore\":\"e2e\"}", $"{{\"credHelpers\":{{\"{registry.Address}\":\"e2e\"}}}}"])
        {
            Directory.CreateDirectory(Config);
            await File.WriteAllTextAsync(Path.Combine(Config, "config.json"), setting);
            await WriteHelperAsync();
            (await LoginAsync(registry.Address)).Expect(0, "Login Succeeded\n", "");
            string config = await File.ReadAllTextAsync(Path.Combine(Config, "config.json"));
            Assert.DoesNotContain("\"auth\":", config, StringComparison.Ordinal);
            Assert.DoesNotContain(Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}")), config, StringComparison.Ordinal);
            Assert.Contains(registry.Address, config, StringComparison.Ordinal);
            await _quai.OkAsync($"tag {BusyboxImage.Name} {registry.Address}/kept:1");
            await _quai.OkAsync($"push {registry.Address}/kept:1");
            await _quai.OkAsync($"rmi {registry.Address}/kept:1");

            // The real client finds what quai has stored.
            var docker = new DockerClient(_engine.Host, Config, path: Path.Combine(_folder, "bin"));
            await docker.OkAsync($"pull {registry.Address}/kept:1");
            await _quai.OkAsync($"rmi {registry.Address}/kept:1");
            Assert.StartsWith("Authenticating with existing credentials...", await _quai.OkAsync($"login {registry.Address}"), StringComparison.Ordinal);
            await _quai.OkAsync($"logout {registry.Address}");
            Assert.False(File.Exists(Path.Combine(_folder, "kept")));
            (await _quai.RunAsync($"pull {registry.Address}/kept:1")).ExpectFailure(1, "no basic auth credentials");
        }

        string calls = await File.ReadAllTextAsync(Path.Combine(_folder, "calls"));
        Assert.DoesNotContain(Password, calls, StringComparison.Ordinal);
        Assert.Contains("store\n", calls, StringComparison.Ordinal);
        Assert.Contains("erase\n", calls, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task An_identity_token_is_kept_instead_of_the_password()
    {
        using var tokens = new TokenService(_folder, User, Password);
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder, new RegistrySetup { Tokens = tokens });
        (await LoginAsync(registry.Address)).Expect(0, "Login Succeeded\n");
        string config = await File.ReadAllTextAsync(Path.Combine(Config, "config.json"));
        Assert.Contains("\"identitytoken\": \"r3fr3sh\"", config, StringComparison.Ordinal);
        Assert.Equal($"{User}:", Encoding.UTF8.GetString(Convert.FromBase64String((string)JsonNode.Parse(config)!["auths"]![registry.Address]!["auth"]!)));
        await _quai.OkAsync($"tag {BusyboxImage.Name} {registry.Address}/t:1");
        await _quai.OkAsync($"push {registry.Address}/t:1");
        Assert.Contains(tokens.Asked, a => a.StartsWith($"POST {User}", StringComparison.Ordinal));
        await _quai.OkAsync($"rmi {registry.Address}/t:1");
    }

    [QuaidFact]
    public async Task At_a_terminal_it_asks_and_shows_no_password()
    {
        await using DebianRegistry registry = await StartAsync();
        await using Terminal terminal = _quai.StartAtTerminal($"login {registry.Address}");
        await terminal.WaitForAsync("Username: ");
        await terminal.TypeAsync(User + "\r");
        await terminal.WaitForAsync("Password: ");
        await terminal.TypeAsync(Password + "x\u007f\r");
        await terminal.WaitForAsync("Login Succeeded");
        Assert.Equal(0, await terminal.WaitForExitAsync());
        Assert.DoesNotContain(Password, terminal.Screen, StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task What_is_wrong_is_said_in_dockers_words()
    {
        (await _quai.RunAsync("login -p x --password-stdin h:1")).Expect(1, stderr: "conflicting options: cannot specify both --password and --password-stdin\n");
        (await _quai.RunAsync("login --password-stdin h:1")).Expect(1, stderr: "the --password-stdin option requires --username to be set\n");
        (await _quai.RunAsync("login h:1")).Expect(1, stderr: "Error: Cannot perform an interactive login from a non TTY device\n");
        (await _quai.RunAsync("login -u x --password-stdin 127.0.0.1:1", "y"u8.ToArray())).ExpectFailure(1, "dial tcp 127.0.0.1:1: connect: connection refused");
        (await _quai.RunAsync("push Bad:1")).ExpectFailure(1, "must be lowercase");
        (await _quai.RunAsync("search 127.0.0.1:1/x")).ExpectFailure(1, "registry 127.0.0.1:1 cannot be searched");
    }

    private Task<DebianRegistry> StartAsync() => DebianRegistry.StartAsync(_folder, new RegistrySetup { Users = new Dictionary<string, string> { [User] = Password } });

    private Task<CommandResult> LoginAsync(string address) => _quai.RunAsync($"login -u {User} --password-stdin {address}", Encoding.UTF8.GetBytes(Password + "\n"));

    /// <summary>A helper by Docker's protocol that keeps one registry's credentials in a file.</summary>
    private async Task WriteHelperAsync()
    {
        string file = Path.Combine(_folder, "bin", "docker-credential-e2e");
        await File.WriteAllTextAsync(file, $$"""
            #!/bin/sh
            echo "$@" >>{{_folder}}/calls
            case $1 in
                store) cat >{{_folder}}/kept ;;
                get) cat >/dev/null; if [ -f {{_folder}}/kept ]; then cat {{_folder}}/kept; else echo 'credentials not found in native keychain'; exit 1; fi ;;
                erase) cat >/dev/null; rm -f {{_folder}}/kept ;;
                list) echo '{}' ;;
            esac
            """ + "\n");
        File.SetUnixFileMode(file, (UnixFileMode)0b111_101_101);
    }
}
