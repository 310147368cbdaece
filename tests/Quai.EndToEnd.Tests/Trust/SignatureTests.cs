using System.Text.Json.Nodes;

namespace Quai.EndToEnd.Tests.Trust;

/// <summary>Signing images as cosign does, and the policy about them, enforced at pull and run.</summary>
public sealed class SignatureTests(QuaidInstance engine) : IClassFixture<QuaidInstance>
{
    private readonly string _folder = engine.Scratch(Guid.NewGuid().ToString("n"));

    private DockerClient Quai => new(engine.Host, Path.Combine(_folder, "config"), Path.Combine(TestEnvironment.BinDirectory, "quai"));

    private string Policy => $"{engine.Root}/policy.json";

    [QuaidTheory]
    [InlineData("")]
    [InlineData("--referrer")]
    public async Task A_signed_image_verifies_with_its_key_only(string how)
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        await registry.UploadAsync(new TestImage().WithBusybox(), "team/app", "1");
        string image = $"{registry.Address}/team/app:1";
        await KeyAsync("mine");
        await KeyAsync("other");
        (await Quai.RunAsync($"trust verify --key {_folder}/mine.pub {image}")).ExpectFailure(1, "the image is not signed");
        string signed = await SignAsync("mine", image, how);
        Assert.Matches($"^Signed {registry.Address}/team/app@sha256:[0-9a-f]{{64}}$", signed);
        CommandResult good = (await Quai.RunAsync($"trust verify --key {_folder}/mine.pub {image}")).Expect();
        Assert.Equal($"{registry.Address}/team/app", (string)JsonNode.Parse(good.Stdout)!["critical"]!["identity"]!["docker-reference"]!);
        (await Quai.RunAsync($"trust verify --key {_folder}/other.pub {image}")).ExpectFailure(1, "none of the image's 1 signatures is by it");

        // A second signature stands beside the first; the same again changes nothing.
        await SignAsync("other", image, how);
        await SignAsync("mine", image, how);
        await Quai.OkAsync($"trust verify --key {_folder}/other.pub {image}");
        await Quai.OkAsync($"trust verify --key {_folder}/mine.pub {image}");
        Assert.Contains("signatures; whether they are good", await Quai.OkAsync($"trust inspect {image}"), StringComparison.Ordinal);
    }

    [QuaidFact]
    public async Task A_private_key_needs_its_password()
    {
        await KeyAsync("locked");
        Assert.Equal("600", (await RunningCommand.ShellAsync($"stat -c %a {_folder}/locked.key")).Trim());
        (await Quai.ShellAsync($"COSIGN_PASSWORD=wrong exec {Program} trust sign --key {_folder}/locked.key 127.0.0.1:1/x")).ExpectFailure(1, "the password is wrong");
        (await Quai.ShellAsync($"COSIGN_PASSWORD=x exec {Program} trust generate-key {_folder}/locked")).ExpectFailure(1, "locked.key exists already");
        (await Quai.RunAsync($"trust sign --key {_folder}/nothing.key 127.0.0.1:1/x")).ExpectFailure(1, "nothing.key cannot be read");
    }

    [QuaidFact]
    public async Task The_policy_decides_what_is_pulled_and_run()
    {
        await using DebianRegistry registry = await DebianRegistry.StartAsync(_folder);
        await registry.UploadAsync(new TestImage().WithBusybox(), "team/signed", "1");
        await registry.UploadAsync(new TestImage().WithBusybox(), "team/plain", "1");
        await registry.UploadAsync(new TestImage().WithBusybox(), "bad/app", "1");
        string team = $"{registry.Address}/team";
        await KeyAsync("team");
        await SignAsync("team", $"{team}/signed:1", "");
        await File.WriteAllTextAsync($"{engine.Root}/daemon.json", $$"""{ "trust-policy": "{{Policy}}" }""");
        await engine.StopDaemonAsync();
        await engine.StartDaemonAsync();
        try
        {
            // Without a file all goes.
            await engine.Docker.OkAsync($"pull {team}/plain:1");
            await File.WriteAllTextAsync(Policy, $$"""
                {
                  "default": [{ "type": "reject" }],
                  "transports": { "docker": {
                    "docker.io/library": [{ "type": "insecureAcceptAnything" }],
                    "{{team}}": [{ "type": "sigstoreSigned", "keyPath": "{{_folder}}/team.pub" }]
                  } }
                }
                """);
            (await engine.Docker.RunAsync($"pull {registry.Address}/bad/app:1")).ExpectFailure(1, $"image {registry.Address}/bad/app:1 is refused by the policy {Policy}");
            (await engine.Docker.RunAsync($"pull {team}/plain:1")).ExpectFailure(1, "the image is not signed");
            await engine.Docker.OkAsync($"pull {team}/signed:1");
            (await engine.Docker.RunAsync($"run --rm {team}/signed:1 echo trusted")).Expect(0, "trusted\n");

            // It is here, but was pulled without a signature; another's name does not help it.
            (await engine.Docker.RunAsync($"run --rm {team}/plain:1 true")).ExpectFailure(125, "is refused by the policy");
            await engine.Docker.OkAsync($"tag {BusyboxImage.Name} {team}/signed:2");
            (await engine.Docker.RunAsync($"run --rm {team}/signed:2 true")).ExpectFailure(125, "is refused by the policy");
            (await engine.Docker.RunAsync($"run --rm {BusyboxImage.Name} echo open")).Expect(0, "open\n");

            // By its id it may run for the sake of the name that is trusted; also after a restart, without the registry.
            string id = await engine.Docker.OkAsync($"image inspect -f '{{{{.Id}}}}' {team}/signed:1");
            await registry.DisposeAsync();
            await engine.KillDaemonAsync();
            await engine.StartDaemonAsync();
            (await engine.Docker.RunAsync($"run --rm {id} echo still")).Expect(0, "still\n");

            // A policy that cannot be understood lets nothing pass.
            await File.WriteAllTextAsync(Policy, "{ \"default\": [{ \"type\": \"accept\" }] }");
            (await engine.Docker.RunAsync($"run --rm {BusyboxImage.Name} true")).ExpectFailure(125, "is not valid");
        }
        finally
        {
            File.Delete(Policy);
        }
    }

    private static string Program => Path.Combine(TestEnvironment.BinDirectory, "quai");

    private async Task KeyAsync(string name) =>
        (await Quai.ShellAsync($"COSIGN_PASSWORD={name} exec {Program} trust generate-key {_folder}/{name}")).Expect();

    private async Task<string> SignAsync(string key, string image, string how) =>
        (await Quai.ShellAsync($"COSIGN_PASSWORD={key} exec {Program} trust sign {how} --key {_folder}/{key}.key {image}")).Succeeded();
}
