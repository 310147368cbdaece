using System.Text;
using System.Text.Json.Nodes;
using Quai.Build.Attestations.Packages;
using Quai.Build.Trees;

namespace Quai.Build.Tests.Attestations;

public sealed class PackageScanTests : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("quai-packages-").FullName;

    public void Dispose() => Directory.Delete(_root, recursive: true);

    [Fact]
    public void Packages_of_every_kind_are_found()
    {
        Write("etc/os-release", "ID=debian\nVERSION_ID=\"12\"\n");
        Write("var/lib/dpkg/status", """
            Package: libc6
            Status: install ok installed
            Maintainer: GNU <d@x>
            Architecture: amd64
            Source: glibc (2.36)
            Version: 2.36-9+deb12u4
            Description: GNU C
             more of it

            Package: gone
            Status: deinstall ok config-files
            Version: 1

            """);
        Write("var/lib/dpkg/status.d/base", "Package: base-files\nVersion: 12.4\nArchitecture: amd64\n");
        Write("var/lib/dpkg/status.d/base.md5sums", "Package: none\n");
        Write("lib/apk/db/installed", "P:musl\nV:1.2.5-r0\nA:x86_64\nL:MIT AND BSD-2-Clause\no:musl\nT:the libc\n\nP:ssl\nV:3\no:openssl\n");
        Write("usr/lib/python3/dist-packages/Req_Uests-2.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: Req_Uests\nVersion: 2.0\nLicense: see the file\n\nName: of the text\n");
        Write("old/foo.egg-info/PKG-INFO", "Name: foo\nVersion: 1\n");
        Write("app/node_modules/@s/p/package.json", """{"name":"@s/p","version":"1.0.0","license":"MIT"}""");
        Write("app/node_modules/q/package.json", "broken");
        Write("app/node_modules/r/package.json", """["name"]""");
        Write("app/package.json", """{"name":"app","version":"9"}""");
        PackageScan scan = Scan();
        Assert.Equal(
            [
                "pkg:apk/debian/musl@1.2.5-r0?arch=x86_64&distro=debian-12",
                "pkg:apk/debian/ssl@3?distro=debian-12&upstream=openssl",
                "pkg:deb/debian/base-files@12.4?arch=amd64&distro=debian-12",
                "pkg:deb/debian/libc6@2.36-9%2Bdeb12u4?arch=amd64&distro=debian-12&upstream=glibc%402.36",
                "pkg:npm/%40s/p@1.0.0",
                "pkg:pypi/foo@1",
                "pkg:pypi/req-uests@2.0",
            ],
            scan.Packages.Select(p => p.Url));
        Assert.Equal(["MIT AND BSD-2-Clause", "", "", "", "MIT", "", "see the file"], scan.Packages.Select(p => p.License));
        Assert.Empty(scan.Unread);
    }

    [Fact]
    public void They_become_a_document_of_SPDX()
    {
        Write("lib/apk/db/installed", "P:musl\nV:1.2\nA:x86_64\nL:MIT\nm:A <a@b>\nU:https://m\nT:the libc\n");
        Write("var/lib/rpm/rpmdb.sqlite", "x");
        string expected = """
            {
              "spdxVersion": "SPDX-2.3",
              "dataLicense": "CC0-1.0",
              "SPDXID": "SPDXRef-DOCUMENT",
              "name": "sbom",
              "documentNamespace": "NAMESPACE",
              "comment": "Not listed: the packages of /var/lib/rpm/rpmdb.sqlite",
              "creationInfo": { "created": "2026-01-02T03:04:05Z", "creators": ["Tool: quai"] },
              "packages": [
                {
                  "name": "musl",
                  "SPDXID": "ID",
                  "versionInfo": "1.2",
                  "originator": "Person: A <a@b>",
                  "downloadLocation": "NOASSERTION",
                  "filesAnalyzed": false,
                  "homepage": "https://m",
                  "sourceInfo": "found in /lib/apk/db/installed",
                  "licenseConcluded": "NOASSERTION",
                  "licenseDeclared": "MIT",
                  "copyrightText": "NOASSERTION",
                  "summary": "the libc",
                  "externalRefs": [{ "referenceCategory": "PACKAGE-MANAGER", "referenceType": "purl", "referenceLocator": "pkg:apk/alpine/musl@1.2?arch=x86_64" }]
                }
              ],
              "relationships": [{ "spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES", "relatedSpdxElement": "ID" }]
            }
            """;
        var time = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
        byte[] written = SpdxDocument.Write("sbom", Scan(), time);
        JsonNode document = JsonNode.Parse(Encoding.UTF8.GetString(written))!;
        string id = (string)document["packages"]![0]!["SPDXID"]!, space = (string)document["documentNamespace"]!;
        Assert.Matches("^SPDXRef-Package-[0-9a-f]{16}$", id);
        Assert.StartsWith("urn:quai:sbom:", space, StringComparison.Ordinal);
        Assert.Equal(JsonNode.Parse(expected.Replace("\"ID\"", $"\"{id}\"", StringComparison.Ordinal).Replace("NAMESPACE", space, StringComparison.Ordinal))!.ToJsonString(), document.ToJsonString());
        Assert.Equal(written, SpdxDocument.Write("sbom", Scan(), time));
    }

    [Fact]
    public void Nothing_is_read_outside_of_the_tree()
    {
        string outside = Directory.CreateTempSubdirectory("quai-outside-").FullName;
        try
        {
            Directory.CreateDirectory(Path.Combine(outside, "dpkg"));
            File.WriteAllText(Path.Combine(outside, "dpkg/status"), "Package: secret\nStatus: install ok installed\nVersion: 1\n");
            File.WriteAllText(Path.Combine(outside, "package.json"), """{"name":"secret","version":"1"}""");
            Write("etc/os-release", "ID=x\n");
            Directory.CreateDirectory(Path.Combine(_root, "var/lib"));
            Directory.CreateDirectory(Path.Combine(_root, "lib/apk/db"));
            Directory.CreateDirectory(Path.Combine(_root, "n/node_modules/a"));
            File.CreateSymbolicLink(Path.Combine(_root, "var/lib/dpkg"), Path.Combine(outside, "dpkg"));
            File.CreateSymbolicLink(Path.Combine(_root, "lib/apk/db/installed"), "../../../../../../../../../../" + outside + "/dpkg/status");
            File.CreateSymbolicLink(Path.Combine(_root, "n/node_modules/a/package.json"), Path.Combine(outside, "package.json"));
            File.CreateSymbolicLink(Path.Combine(_root, "n/node_modules/b"), outside);
            File.CreateSymbolicLink(Path.Combine(_root, "round"), ".");
            Assert.Empty(Scan().Packages);
        }
        finally
        {
            Directory.Delete(outside, recursive: true);
        }
    }

    [Fact]
    public void A_tree_without_end_keeps_nobody()
    {
        string path = _root;
        for (int i = 0; i < 200; i++)
        {
            path += "/d";
        }

        Directory.CreateDirectory(path + "/node_modules/deep");
        File.WriteAllText(path + "/node_modules/deep/package.json", """{"name":"deep","version":"1"}""");
        Write("a/node_modules/big/package.json", new string(' ', 2 << 20));
        Assert.Empty(Scan().Packages);
    }

    [Fact]
    public void A_link_within_the_tree_is_followed()
    {
        Write("usr/share/dpkg/status", "Package: a\nStatus: install ok installed\nVersion: 1\n");
        Directory.CreateDirectory(Path.Combine(_root, "var/lib"));
        File.CreateSymbolicLink(Path.Combine(_root, "var/lib/dpkg"), "/usr/share/dpkg");
        Assert.Equal("pkg:deb/debian/a@1", Assert.Single(Scan().Packages).Url);
    }

    private PackageScan Scan() => PackageScan.Run(new MergedTree([_root]), default);

    private void Write(string path, string text)
    {
        string full = Path.Combine(_root, path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllText(full, text);
    }
}
