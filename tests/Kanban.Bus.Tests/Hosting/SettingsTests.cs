using Kanban.Bus.Board.Hosting;

namespace Kanban.Bus.Tests.Hosting;

public sealed class SettingsTests
{
    private const string OwnKey = "0123456789abcdef0123456789abcdef";

    [Theory]
    [InlineData("Storage:Provder", "sqlite", "There is no setting 'Storage:Provder'. Did you mean 'Storage:Provider'?")]
    [InlineData("storag:provider", "sqlite", "There is no setting 'storag:provider'. Did you mean 'Storage:Provider'?")]
    [InlineData("Provider", "sqlite", "There is no setting 'Provider'. Did you mean 'Storage:Provider'?")]
    [InlineData("Storage:Provider", "postgress", "Storage:Provider is 'postgress'; allowed are sqlite, postgres. Did you mean 'postgres'?")]
    [InlineData("Lease:Duration", "30", "Lease:Duration is '30'; give a time such as 500ms, 30s, 5m, 1h or 00:00:30.")]
    [InlineData("Lease:Duration", "1s", "Lease:Duration is '1s'; allowed are 3s to 1h.")]
    [InlineData("Lease:Heartbeat", "20s", "Lease:Heartbeat is 20s; allowed is at most a third of Lease:Duration, which is 30s.")]
    [InlineData("Admission:LookAhead", "many", "Admission:LookAhead is 'many'; give a whole number, 0 to 100.")]
    [InlineData("Admission:MaxActiveTasks", "100001", "Admission:MaxActiveTasks is '100001'; allowed are 0 to 100,000.")]
    [InlineData("LogLevel", "loud", "LogLevel is 'loud'; allowed are trace, debug, information, warning, error, critical, none.")]
    [InlineData("Storage:Provider", "postgres", "Storage:ConnectionString is missing")]
    [InlineData("Transport:Provider", "rabbitmq", "Transport:Uri is missing")]
    [InlineData("Transport:Uri", "amqp://127.0.0.1", "Transport:Uri is given, but Transport:Provider is 'memory'")]
    [InlineData("Access:AdminKey", "short", "Access:AdminKey has 5 characters; allowed are 32 to 200 visible ASCII characters")]
    [InlineData("Access:AdminKeyFile", "/nowhere/key", "Access:AdminKeyFile '/nowhere/key' can't be read")]
    [InlineData("Access:WorkerKey", "kbs_0123456789abcdef0123456789abcdef", "marks sessions and runs")]
    [InlineData("Access:TrustedProxies", "10.0.0.0/8, proxy", "Access:TrustedProxies has 'proxy'; give addresses and networks")]
    [InlineData("Listen", "127.0.0.1:5080", "Listen is '127.0.0.1:5080'; give http:// or https://")]
    [InlineData("Listen", "http://board.example:5080", "Listen is 'http://board.example:5080'; give http:// or https://")]
    [InlineData("Listen", "https://127.0.0.1:5080", "https:// needs Tls:CertificateFile and Tls:KeyFile")]
    [InlineData("Tls:KeyFile", "/etc/key.pem", "Tls:KeyFile is given without Tls:CertificateFile")]
    public void A_setting_that_is_wrong_stops_the_start_with_a_sentence_that_names_it(string key, string value, string sentence) =>
        Assert.Contains(sentence, Refusal((key, value)), StringComparison.Ordinal);

    [Fact]
    public void Everything_that_is_wrong_is_told_at_once()
    {
        var lines = Refusal(("Storage:Provider", "x"), ("Lease:Duration", "y"), ("Lise:Duration", "1s")).Split(Environment.NewLine);
        Assert.Equal(3, lines.Length);
    }

    [Theory]
    [InlineData("Storage:ConnectionString", "Host=db;Pasword=hush-hush")]
    [InlineData("Access:AdminKey", "hush-hush")]
    [InlineData("Transport:Uri", "http://user:hush-hush@broker")]
    public void A_secret_is_never_repeated(string key, string value) =>
        Assert.DoesNotContain("hush-hush", Refusal(("Storage:Provider", "postgres"), ("Transport:Provider", "rabbitmq"), (key, value)), StringComparison.Ordinal);

    [Fact]
    public void Keys_and_words_are_read_case_aside_and_an_empty_value_is_no_value()
    {
        var options = Read(("storage:PROVIDER", "SQLite"), ("lease:duration", "90s"), ("LEASE:Heartbeat", "00:00:02"), ("tls:certificateFile", ""), ("access:hosts", "a.example, b.example"), ("Access:Hosts:0", "c.example"));
        Assert.Equal(TimeSpan.FromSeconds(90), options.Lease.Duration);
        Assert.Equal(TimeSpan.FromSeconds(2), options.Lease.Heartbeat);
        Assert.Equal(["a.example", "b.example", "c.example"], options.Access.Hosts);
    }

    [Theory]
    [InlineData("http://0.0.0.0:5080", "beyond loopback and without TLS")]
    [InlineData("http://0.0.0.0:5080", "give an admin key of your own first")]
    [InlineData("http://127.0.0.1:5080;http://10.0.0.7:5080", "Listen is 'http://10.0.0.7:5080', beyond loopback")]
    [InlineData("http://*:5080", "beyond loopback")]
    [InlineData("http://[::]:5080", "beyond loopback")]
    public void Beyond_loopback_it_wants_tls_or_a_trusted_proxy_and_a_key_of_ones_own(string listen, string sentence) =>
        Assert.Contains(sentence, Refusal(("Listen", listen)), StringComparison.Ordinal);

    [Fact]
    public void A_trusted_proxy_alone_or_a_key_alone_is_not_enough()
    {
        Assert.Contains("admin key of your own", Refusal(("Listen", "http://*:5080"), ("Access:TrustedProxies", "10.0.0.0/8")), StringComparison.Ordinal);
        Assert.Contains("without TLS", Refusal(("Listen", "http://*:5080"), ("Access:AdminKey", OwnKey)), StringComparison.Ordinal);
        Assert.Equal("http://*:5080", Read(("Listen", "http://*:5080"), ("Access:TrustedProxies", "10.0.0.0/8"), ("Access:AdminKey", OwnKey)).Listen);
    }

    [Theory]
    [InlineData("http://localhost:5080")]
    [InlineData("http://127.0.0.2:0")]
    [InlineData("http://[::1]:5080")]
    public void On_loopback_it_starts_without_any_of_that(string listen) => Assert.Equal(listen, Read(("Listen", listen)).Listen);

    [Fact]
    public void A_key_may_stand_in_a_file()
    {
        var file = Path.GetTempFileName();
        try
        {
            File.WriteAllText(file, OwnKey + "\n");
            Assert.Equal(OwnKey, Read(("Access:AdminKeyFile", file)).Access.AdminKey);
            Assert.Contains("keep one", Refusal(("Access:AdminKeyFile", file), ("Access:AdminKey", OwnKey)), StringComparison.Ordinal);
            Assert.Contains("are the same", Refusal(("Access:AdminKeyFile", file), ("Access:WorkerKey", OwnKey)), StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static string Refusal(params (string Key, string Value)[] settings) =>
        Assert.Throws<SettingsException>(() => Read(settings)).Message;

    private static BoardOptions Read(params (string Key, string Value)[] settings) =>
        BoardOptions.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(s => KeyValuePair.Create(s.Key, (string?)s.Value))).Build());
}
