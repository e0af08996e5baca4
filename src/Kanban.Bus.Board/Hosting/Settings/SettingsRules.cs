using System.Data.Common;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kanban.Bus.Board.Access;
using Kanban.Bus.Board.Admission;
using Kanban.Bus.Board.Storage;
using Microsoft.Data.Sqlite;
using Npgsql;

namespace Kanban.Bus.Board.Hosting;

/// <summary>Rules over several settings, and over values that are more than a number. Each gives a sentence.</summary>
internal static class SettingsRules
{
    private const int ShortestKey = 32;
    private const int LongestKey = 200;

    public static IEnumerable<string> Check(BoardOptions options) =>
        Leases(options).Concat(Order(options)).Concat(Stores(options.Storage)).Concat(Transports(options.Transport)).Concat(Keys(options.Access)).Concat(Proxies(options.Access)).Concat(Listens(options)).Concat(options.Artifacts.S3.Faults());

    private static IEnumerable<string> Leases(BoardOptions options)
    {
        if (options.Lease.Heartbeat > options.Lease.Duration / 3)
            yield return $"Lease:Heartbeat is {Durations.Write(options.Lease.Heartbeat)}; allowed is at most a third of Lease:Duration, which is {Durations.Write(options.Lease.Duration)}.";
    }

    private static IEnumerable<string> Order(BoardOptions options)
    {
        if (AdmissionGroup.WhyNot(options.Admission.FairBetween) is { } fault)
            yield return fault;
    }

    private static IEnumerable<string> Stores(StorageOptions storage)
    {
        if (storage.LeaseConnections > storage.MaxConnections - 2)
            yield return $"Storage:LeaseConnections is {storage.LeaseConnections}; allowed is at most Storage:MaxConnections, which is {storage.MaxConnections}, less 2.";
        if (storage.Provider is StorageProvider.Postgres && storage.ConnectionString is null)
            yield return "Storage:ConnectionString is missing; Storage:Provider 'postgres' needs one, such as Host=127.0.0.1;Database=kanban;Username=kanban;Password=….";
        else if (storage.ConnectionString is { } text && Unreadable(storage.Provider, text) is { } why)
            yield return $"Storage:ConnectionString can't be read by the driver of '{Words.Of(storage.Provider)}': {why}";
    }

    /// <summary>The drivers' messages name the keyword, never its value.</summary>
    private static string? Unreadable(StorageProvider provider, string text)
    {
        try
        {
            DbConnectionStringBuilder builder = provider is StorageProvider.Postgres ? new NpgsqlConnectionStringBuilder(text) : new SqliteConnectionStringBuilder(text);
            return provider switch
            {
                StorageProvider.Postgres when ((NpgsqlConnectionStringBuilder)builder).Host is null or "" => "it names no Host.",
                StorageProvider.Sqlite when ((SqliteConnectionStringBuilder)builder).DataSource is "" => "it names no Data Source.",
                _ => null,
            };
        }
        catch (ArgumentException error)
        {
            return error.Message;
        }
    }

    private static IEnumerable<string> Transports(TransportOptions transport)
    {
        if (transport.Provider is TransportProvider.Rabbitmq && transport.Uri is null)
            yield return "Transport:Uri is missing; Transport:Provider 'rabbitmq' needs one, such as amqp://user:password@127.0.0.1:5672/kanban.";
        if (transport.Provider is TransportProvider.Memory && transport.Uri is not null)
            yield return "Transport:Uri is given, but Transport:Provider is 'memory'; set it to 'rabbitmq', or take the Uri out.";
        if (transport.Uri is not null && !IsAmqp(transport.Uri))
            yield return "Transport:Uri is not of the form amqp://user:password@host:port/vhost or amqps://….";
        if (transport.WorkerUri is not null && !IsAmqp(transport.WorkerUri))
            yield return "Transport:WorkerUri is not of the form amqp://user:password@host:port/vhost or amqps://….";
    }

    private static bool IsAmqp(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps" && uri.Host.Length > 0;

    /// <summary>Puts the content of a key's file where the key is.</summary>
    private static IEnumerable<string> Keys(AccessOptions access)
    {
        (access.AdminKey, var adminError) = KeyOf("Access:AdminKey", access.AdminKey, access.AdminKeyFile);
        (access.WorkerKey, var workerError) = KeyOf("Access:WorkerKey", access.WorkerKey, access.WorkerKeyFile);
        if (adminError is not null)
            yield return adminError;
        if (workerError is not null)
            yield return workerError;
        if (access.AdminKey is not null && access.AdminKey == access.WorkerKey)
            yield return "Access:AdminKey and Access:WorkerKey are the same; a worker's host must not hold a person's key.";
    }

    private static (string? Key, string? Error) KeyOf(string setting, string? key, string? file)
    {
        if (key is not null && file is not null)
            return (key, $"{setting} and {setting}File are both given; keep one.");
        var named = setting;
        if (file is not null)
        {
            named = $"{setting}File '{file}'";
            try
            {
                key = File.ReadAllText(file).Trim();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                return (null, $"{named} can't be read: {error.Message}");
            }
        }
        if (key is null)
            return (null, null);
        if (key.Length is < ShortestKey or > LongestKey || key.Any(c => c is <= ' ' or > '~'))
            return (key, $"{named} has {key.Length} characters; allowed are {ShortestKey} to {LongestKey} visible ASCII characters, such as the output of: openssl rand -hex 32");
        if (key.StartsWith(Tokens.Session, StringComparison.Ordinal) || key.StartsWith(Tokens.Run, StringComparison.Ordinal))
            return (key, $"{named} starts with '{key[..4]}', which marks sessions and runs; choose another key.");
        return (key, null);
    }

    private static IEnumerable<string> Proxies(AccessOptions access) =>
        from proxy in access.TrustedProxies
        where !IPAddress.TryParse(proxy, out _) && !IPNetwork.TryParse(proxy, out _)
        select $"Access:TrustedProxies has '{proxy}'; give addresses and networks, such as 10.0.0.7 or 10.1.0.0/16.";

    private static IEnumerable<string> Listens(BoardOptions options)
    {
        var addresses = ListenAddress.ParseAll(options.Listen, out var error);
        if (error is not null)
        {
            yield return error;
            yield break;
        }
        var (certificate, key) = (options.Tls.CertificateFile, options.Tls.KeyFile);
        if (key is not null && certificate is null)
            yield return "Tls:KeyFile is given without Tls:CertificateFile.";
        if (addresses.Any(a => a.Https) && certificate is null)
            yield return $"Listen is '{options.Listen}'; https:// needs Tls:CertificateFile and Tls:KeyFile.";
        if (certificate is not null && !addresses.Any(a => a.Https))
            yield return $"Tls:CertificateFile is given, but Listen is '{options.Listen}'; use an https:// address.";
        if (certificate is not null && WhyNotACertificate(certificate, key) is { } why)
            yield return $"Tls:CertificateFile '{certificate}' can't be used: {why}";

        foreach (var open in addresses.Where(a => !a.IsLoopback))
        {
            if (!open.Https && options.Access.TrustedProxies.Length == 0)
                yield return $"Listen is '{open}', beyond loopback and without TLS: tokens would travel in the clear. Use https:// with Tls:CertificateFile and Tls:KeyFile, or name the proxy that ends TLS in Access:TrustedProxies.";
            if (options.Access.AdminKey is null)
                yield return $"Listen is '{open}', beyond loopback: give an admin key of your own first, in Access:AdminKey or Access:AdminKeyFile.";
        }
    }

    private static string? WhyNotACertificate(string certificate, string? key)
    {
        try
        {
            using var loaded = X509Certificate2.CreateFromPemFile(certificate, key);
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            return error.Message;
        }
    }
}
