using System.Text.Json.Nodes;
using Quai.Api.System;
using Quai.Cli.Registries;
using Xunit;

namespace Quai.Cli.Tests;

/// <summary>Credentials in <c>config.json</c> and with helpers.</summary>
public sealed class CredentialTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quai-config-").FullName;

    private string File => Path.Combine(_folder, "config.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("", "https://index.docker.io/v1/")]
    [InlineData("docker.io", "https://index.docker.io/v1/")]
    [InlineData("https://registry.example:5000/v2/", "registry.example:5000")]
    [InlineData("registry.example", "registry.example")]
    public void A_server_is_kept_under(string server, string key) => Assert.Equal(key, RegistryKey.OfServer(server));

    [Theory]
    [InlineData("busybox", "https://index.docker.io/v1/")]
    [InlineData("me/app", "https://index.docker.io/v1/")]
    [InlineData("localhost:5000/app", "localhost:5000")]
    public void An_image_is_of(string image, string key) => Assert.Equal(key, RegistryKey.OfImage(image));

    [Fact]
    public void What_is_stored_is_found_and_the_rest_stays()
    {
        System.IO.File.WriteAllText(File, """{"psFormat":"x","auths":{"other":{"auth":"dTpw"}}}""");
        System.IO.File.SetUnixFileMode(File, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite);
        var store = new CredentialStore(_folder);
        Assert.Equal(File, store.Store("h:1", new Credentials("üser", "p:w:d")));
        Assert.Equal(new Credentials("üser", "p:w:d"), store.Get("h:1"));
        Assert.Equal(new Credentials("u", "p"), store.Get("other"));
        JsonNode json = JsonNode.Parse(System.IO.File.ReadAllText(File))!;
        Assert.Equal("x", (string)json["psFormat"]!);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(File));
        Assert.Empty(store.Erase("h:1"));
        Assert.Null(store.Get("h:1"));
        Assert.NotNull(store.Get("other"));
    }

    [Fact]
    public void A_new_file_is_nobody_elses()
    {
        string folder = Path.Combine(_folder, "new");
        new CredentialStore(folder).Store("h:1", new Credentials("u", "p"));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, System.IO.File.GetUnixFileMode(Path.Combine(folder, "config.json")));
    }

    [Fact]
    public void A_link_stays_a_link()
    {
        System.IO.File.WriteAllText(Path.Combine(_folder, "real.json"), "{}");
        System.IO.File.CreateSymbolicLink(File, Path.Combine(_folder, "real.json"));
        new CredentialStore(_folder).Store("h:1", new Credentials("u", "p"));
        Assert.NotNull(new FileInfo(File).LinkTarget);
        Assert.Contains("h:1", System.IO.File.ReadAllText(Path.Combine(_folder, "real.json")), StringComparison.Ordinal);
    }

    [Fact]
    public void A_token_takes_the_passwords_place()
    {
        var store = new CredentialStore(_folder);
        store.Store("h:1", new Credentials("u", "secret", IdentityToken: "t0ken"));
        Assert.Equal(new Credentials("u", "", IdentityToken: "t0ken"), store.Get("h:1"));
        Assert.DoesNotContain(Convert.ToBase64String("u:secret"u8), System.IO.File.ReadAllText(File), StringComparison.Ordinal);
        Assert.Equal(new AuthConfig { Username = "u", IdentityToken = "t0ken", ServerAddress = "h:1" }, store.Get("h:1")!.ForApi("h:1"));
    }

    [Fact]
    public void Whole_addresses_of_older_clients_are_found()
    {
        System.IO.File.WriteAllText(File, """{"auths":{"https://h:1/v1/":{"auth":"AUTH"}}}""".Replace("AUTH", Convert.ToBase64String("old:pw"u8), StringComparison.Ordinal));
        Assert.Equal(new Credentials("old", "pw"), new CredentialStore(_folder).Get("h:1"));
    }

    [Fact]
    public void Credentials_do_not_print_themselves() => Assert.Equal("credentials", new Credentials("u", "secret").ToString());
}
