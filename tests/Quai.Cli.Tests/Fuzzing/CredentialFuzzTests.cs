using System.Text;
using Quai.Cli.Registries;
using Xunit;

namespace Quai.Cli.Tests.Fuzzing;

/// <summary>The client's configuration, and what credential helpers answer.</summary>
[Collection(FuzzingCollection.Name)]
public sealed class CredentialFuzzTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-fuzz-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_configuration_is_read_or_refused()
    {
        byte[] config = """{"auths":{"https://index.docker.io/v1/":{"auth":"dTpw"},"h:1":{"username":"u","password":"p","identitytoken":"t","registrytoken":"r"}},"credHelpers":{"x":"none"},"credsStore":"","psFormat":"{{.ID}}","proxies":{"default":{"httpProxy":"a"}}}"""u8.ToArray();
        Fuzz.Holds(new Property("client-config", input =>
        {
            File.WriteAllBytes(Path.Combine(_folder, "config.json"), input);
            var read = ClientConfig.Load(_folder);
            foreach (string key in (string[])["https://index.docker.io/v1/", "h:1", "x", .. read.Servers])
            {
                _ = (read.Find(key), read.HelperFor(key), read.SaysNothing);
            }

            // What is not ours stays, and what is stored is found.
            read.Set("new:5000", new Credentials("u", "p:q"));
            read.Save();
            var again = ClientConfig.Load(_folder);
            Assert.Equal(new Credentials("u", "p:q"), again.Find("new:5000"));
            Assert.True(again.Remove("new:5000"));
            again.Save();
        })
        {
            Seeds = [config], Always = JsonMutator.EveryValue(config), Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
        });
    }

    [Fact]
    public void A_helpers_answer_is_read_or_refused()
    {
        string answer = Path.Combine(_folder, "answer");
        string program = Path.Combine(_folder, "docker-credential-fuzz");
        File.WriteAllText(program, $"#!/bin/sh\nexec cat {answer}\n");
        File.SetUnixFileMode(program, (UnixFileMode)0x1ed);
        string? path = Environment.GetEnvironmentVariable("PATH");
        Environment.SetEnvironmentVariable("PATH", _folder + ":" + path);
        try
        {
            var helper = new CredentialHelper("fuzz");
            Fuzz.Holds(new Property("credential-helper", input =>
            {
                File.WriteAllBytes(answer, input);
                if (input.AsSpan().StartsWith("{\"L"u8))
                {
                    helper.List();
                }
                else
                {
                    helper.Get("https://registry.example");
                }
            })
            {
                Seeds = TextMutator.Seeds("""{"ServerURL":"https://registry.example","Username":"u","Secret":"s"}""", """{"L":"u","https://b":"v"}"""),
                Mutate = JsonMutator.Mutate, Refuses = CliRefusals.Known,
            });
        }
        finally
        {
            Environment.SetEnvironmentVariable("PATH", path);
        }
    }
}
