using System.Security.Cryptography;
using System.Text;
using Quai.Build.RemoteCaches.Objects;

namespace Quai.Build.Tests.RemoteCaches;

/// <summary>Signatures that AWS has published, of its documentation of S3 and of its test suite.</summary>
public sealed class RequestSignatureTests
{
    private static readonly string s_empty = Convert.ToHexStringLower(SHA256.HashData([]));
    private static readonly DateTimeOffset s_ofS3 = new(2013, 5, 24, 0, 0, 0, TimeSpan.Zero), s_ofSuite = new(2015, 8, 30, 12, 36, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("GET", "/test.txt", "", "range:bytes=0-9", "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41")]
    [InlineData("PUT", "/test%24file.text", "", "date:Fri, 24 May 2013 00:00:00 GMT|x-amz-storage-class:REDUCED_REDUNDANCY", "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")]
    [InlineData("GET", "/", "lifecycle", "", "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")]
    [InlineData("GET", "/", "max-keys=2&prefix=J", "", "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")]
    public void Signatures_of_the_documentation_of_S3(string method, string path, string query, string headers, string signature)
    {
        string hash = method == "PUT" ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("Welcome to Amazon S3."))) : s_empty;
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal)
        {
            ["host"] = "examplebucket.s3.amazonaws.com",
            ["x-amz-content-sha256"] = hash,
            ["x-amz-date"] = "20130524T000000Z",
        };
        foreach (string header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            signed[header[..header.IndexOf(':')]] = header[(header.IndexOf(':') + 1)..];
        }

        var key = new AccessKey("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "");
        string header2 = new RequestSignature(key, "us-east-1", "s3").Authorization(method, path, query, signed, hash, s_ofS3);
        Assert.Equal($"AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={string.Join(';', signed.Keys)},Signature={signature}", header2);
    }

    [Theory]
    [InlineData("", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")]
    [InlineData("Param2=value2&Param1=value1", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")]
    public void Signatures_of_the_test_suite(string query, string signature)
    {
        var signed = new SortedDictionary<string, string>(StringComparer.Ordinal) { ["host"] = "example.amazonaws.com", ["x-amz-date"] = "20150830T123600Z" };
        string header = new RequestSignature(new AccessKey("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", ""), "us-east-1", "service").Authorization("GET", "/", query, signed, s_empty, s_ofSuite);
        Assert.EndsWith("Signature=" + signature, header, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("blobs/sha256:ab", "blobs/sha256%3Aab")]
    [InlineData("a b/ü~-._", "a%20b/%C3%BC~-._")]
    public void Names_are_encoded_as_they_are_signed(string name, string encoded) => Assert.Equal(encoded, ObjectNames.Encode(name));
}
