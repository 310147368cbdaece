using Xunit;
using Quai.BuildClient.Builds;
using Quai.BuildClient.Sessions;
using Quai.Cli.Builds.Cache;
using Quai.Cli.Builds.Contexts;
using Quai.Cli.Builds.Options;
using Quai.Cli.CommandLine;

namespace Quai.Cli.Tests.Builds;

/// <summary>Values of a build's options.</summary>
public sealed class BuildOptionTests
{
    [Theory]
    [InlineData("out", "local", "out", "")]
    [InlineData("-", "tar", "-", "")]
    [InlineData("type=local,dest=out", "local", "out", "")]
    [InlineData("type=tar", "tar", "-", "")]
    [InlineData("type=oci,dest=a.tar,compression=zstd", "oci", "a.tar", "compression=zstd")]
    [InlineData("type=registry,name=x", "image", "", "name=x push=true")]
    [InlineData("type=image,\"name=a,b\",push=true", "image", "", "name=a,b push=true")]
    [InlineData("type=docker", "docker", "", "")]
    public void An_output_is_read(string text, string type, string destination, string attributes)
    {
        OutputOption output = OutputOption.Parse(text);
        Assert.Equal((type, destination, attributes), (output.Type, output.Destination, string.Join(' ', output.Attributes.Select(a => $"{a.Key}={a.Value}").Order(StringComparer.Ordinal))));
    }

    [Theory]
    [InlineData("type=", "ERROR: type is required for output")]
    [InlineData("type=local,foo", "ERROR: invalid value foo")]
    [InlineData("dest=x", "ERROR: type is required for output")]
    [InlineData("type=local,\"dest", "ERROR: parse error on line 1, column 17: extraneous or missing \" in quoted-field")]
    public void A_malformed_output_is_refused(string text, string why)
    {
        // What has one field is the name of a folder, whatever is in it.
        if (text == "dest=x")
        {
            Assert.Equal("local", OutputOption.Parse(text).Type);
            return;
        }

        Assert.Equal(why, Assert.Throws<ExitException>(() => OutputOption.Parse(text)).Message);
    }

    [Theory]
    [InlineData("type=local", "dest is required for local exporter")]
    [InlineData("type=local,dest=-", "dest cannot be stdout for local exporter")]
    [InlineData("type=tar,dest=/tmp", "destination file /tmp is a directory")]
    [InlineData("type=tar,dest=/none/x", "open /none/x: no such file or directory")]
    public void A_destination_that_cannot_be_is_refused(string text, string why) =>
        Assert.Equal("ERROR: failed to build: " + why, Assert.Throws<ExitException>(() => OutputOption.Parse(text).Check(isTerminal: false)).Message);

    [Fact]
    public void An_archive_is_not_written_to_a_terminal() =>
        Assert.Contains("refusing to write to console", Assert.Throws<ExitException>(() => OutputOption.Parse("type=tar").Check(isTerminal: true)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_secret_is_a_file_or_a_variable()
    {
        Assert.Equal(new SecretSource("x", "/etc/passwd", ""), SecretOption.Parse("id=x,src=/etc/passwd"));
        Assert.Equal(new SecretSource("x", "", "V"), SecretOption.Parse("id=x,env=V"));
        Assert.Equal(new SecretSource("x", "", "V"), SecretOption.Parse("type=env,id=x,src=V"));
        Assert.Equal(new SecretSource("PATH", "", "PATH"), SecretOption.Parse("id=PATH"));
    }

    [Theory]
    [InlineData("id", "ERROR: invalid field 'id' must be a key=value pair")]
    [InlineData("src=/etc/passwd", "ERROR: failed to build: secret missing ID")]
    [InlineData("id=x,what=y", "ERROR: unexpected key 'what' in 'what=y'")]
    [InlineData("type=zzz,id=x", "ERROR: unsupported secret type \"zzz\"")]
    [InlineData("id=x,src=/none", "ERROR: failed to build: failed to stat /none: stat /none: no such file or directory")]
    public void A_malformed_secret_is_refused(string text, string why) => Assert.Equal(why, Assert.Throws<ExitException>(() => SecretOption.Parse(text)).Message);

    [Fact]
    public void An_agent_is_a_socket() =>
        Assert.Equal(
            "ERROR: failed to build: failed to convert agent config {a [/none] false}: failed to convert agent config for ID: \"a\": stat /none: no such file or directory",
            Assert.Throws<ExitException>(() => AgentOption.Parse("a=/none")).Message);

    [Fact]
    public void A_cache_is_a_reference_or_has_a_type()
    {
        Assert.Equal(["registry a", "registry b"], CacheOption.ParseFrom("a,b").Select(c => $"{c.Type} {c.Attributes["ref"]}"));
        CacheLocation to = CacheOption.ParseTo("type=local,dest=out,mode=max");
        Assert.Equal(("local", "out", "max"), (to.Type, to.Attributes["dest"], to.Attributes["mode"]));
        Assert.Equal("ERROR: failed to build: local cache exporter requires dest", Assert.Throws<ExitException>(() => CacheOption.ParseTo("type=local")).Message);
        Assert.Equal("ERROR: invalid value x", Assert.Throws<ExitException>(() => CacheOption.ParseTo("x,y=z")).Message);
    }

    [Fact]
    public void A_question_has_a_name_and_a_form()
    {
        Assert.Equal(new CallOption("", "", false), CallOption.Parse("build"));
        Assert.Equal(new CallOption("lint", "json", false), CallOption.Parse("check,format=json"));
        Assert.Equal(new CallOption("targets", "", true), CallOption.Parse("targets,ignorestatus=true"));
    }

    [Theory]
    [InlineData("a=b", "annotation.a=b")]
    [InlineData("index:a=b", "annotation-index.a=b")]
    [InlineData("index,manifest[linux/amd64]:a=b=c", "annotation-index.a=b=c annotation-manifest[linux/amd64].a=b=c")]
    [InlineData("org.x:y=b", "annotation.org.x:y=b")]
    public void An_annotation_may_say_what_it_annotates(string text, string attributes) =>
        Assert.Equal(attributes, string.Join(' ', AnnotationOption.Parse(text).Select(a => $"{a.Key}={a.Value}")));

    [Fact]
    public void Pairs_take_values_from_the_environment()
    {
        Assert.Equal(Environment.GetEnvironmentVariable("PATH"), Fields.Pairs(["PATH"], fromEnvironment: true)["PATH"]);
        Assert.Empty(Fields.Pairs(["QUAI_NOT_SET_AT_ALL"], fromEnvironment: true));
        Assert.Equal("", Fields.Pairs(["label"], fromEnvironment: false)["label"]);
        Assert.Equal("ERROR: invalid key-value pair \"=x\": empty key", Assert.Throws<ExitException>(() => Fields.Pairs(["=x"], fromEnvironment: true)).Message);
    }

    [Theory]
    [InlineData("https://example.com/x.git", true)]
    [InlineData("git@github.com:a/b.git", true)]
    [InlineData("github.com/a/b", true)]
    [InlineData("ssh://git@h/x", true)]
    [InlineData("./dir", false)]
    [InlineData("dir@home/x", false)]
    public void Addresses_are_told_from_folders(string text, bool remote) => Assert.Equal(remote, RemoteAddress.Is(text));

    [Fact]
    public void Archives_are_told_from_Dockerfiles()
    {
        byte[] tar = new byte[512];
        "ustar"u8.CopyTo(tar.AsSpan(257));
        Assert.True(ArchiveSigns.Has(tar));
        Assert.True(ArchiveSigns.Has([0x1f, 0x8b, 8]));
        Assert.False(ArchiveSigns.Has("FROM scratch\n"u8));
        Assert.False(ArchiveSigns.Has(new byte[600]));
    }

    [Fact]
    public void Filters_of_the_cache_are_written_as_builders_read_them()
    {
        Assert.Equal(["type==regular,inuse"], CacheFilters.Write([new("type", "regular"), new("inuse", "1")]));
        Assert.Empty(CacheFilters.Write([]));
        Assert.Equal(TimeSpan.FromHours(24), CacheFilters.Age([new("until", "24h")]));
    }
}
