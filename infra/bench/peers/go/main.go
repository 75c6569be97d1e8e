// A webhook receiver as a good Go team would write it: net/http, franz-go, standard library crypto.
// It does what webhook-ingest does on its hot path and nothing more: verify the HS256 token and the
// digest of the raw body, scan four fields, produce with acks=all and idempotence keyed by room, and
// answer an empty 200 once Kafka has acknowledged.
package main

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/tidwall/gjson"
	"github.com/twmb/franz-go/pkg/kgo"
)

const (
	maxBody = 4 << 20
	leeway  = 60
)

var errUnauthorized = errors.New("unauthorized")

type claims struct {
	Issuer    string `json:"iss"`
	Expiry    int64  `json:"exp"`
	NotBefore int64  `json:"nbf"`
	Digest    string `json:"sha256"`
}

type receiver struct {
	apiKey string
	secret []byte
	topic  string
	kafka  *kgo.Client
}

// verify answers nil only for a token that our secret signed, that is in time, and that names this very body.
func (r *receiver) verify(token string, body []byte, now int64) error {
	signingInput, signature, found := cutLast(token)
	if !found {
		return errUnauthorized
	}
	given, err := base64.RawURLEncoding.DecodeString(signature)
	if err != nil {
		return errUnauthorized
	}
	mac := hmac.New(sha256.New, r.secret)
	mac.Write([]byte(signingInput))
	if !hmac.Equal(given, mac.Sum(nil)) {
		return errUnauthorized
	}
	header, payload, found := strings.Cut(signingInput, ".")
	if !found {
		return errUnauthorized
	}
	headerJSON, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil || gjson.GetBytes(headerJSON, "alg").Str != "HS256" {
		return errUnauthorized
	}
	payloadJSON, err := base64.RawURLEncoding.DecodeString(payload)
	if err != nil {
		return errUnauthorized
	}
	var c claims
	if err := json.Unmarshal(payloadJSON, &c); err != nil {
		return errUnauthorized
	}
	if c.Issuer != r.apiKey || now > c.Expiry+leeway || now < c.NotBefore-leeway {
		return errUnauthorized
	}
	digest, err := base64.StdEncoding.DecodeString(c.Digest)
	if err != nil {
		return errUnauthorized
	}
	sum := sha256.Sum256(body)
	if !hmac.Equal(digest, sum[:]) {
		return errUnauthorized
	}
	return nil
}

func cutLast(token string) (before, after string, found bool) {
	dot := strings.LastIndexByte(token, '.')
	if dot < 0 {
		return "", "", false
	}
	return token[:dot], token[dot+1:], true
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if req.Method != http.MethodPost || req.URL.Path != "/webhooks/livekit" {
		http.NotFound(w, req)
		return
	}
	body, err := readBody(w, req)
	if err != nil {
		w.WriteHeader(http.StatusRequestEntityTooLarge)
		return
	}
	if r.verify(req.Header.Get("Authorization"), body, time.Now().Unix()) != nil {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var event, id, createdAt, room string
	gjson.ParseBytes(body).ForEach(func(key, value gjson.Result) bool {
		switch key.Str {
		case "event":
			event = value.Str
		case "id":
			id = value.Str
		case "createdAt":
			createdAt = value.Str
		case "room":
			if room = value.Get("name").Str; room == "" {
				room = value.Get("sid").Str
			}
		}
		return true
	})
	record := &kgo.Record{
		Topic: r.topic,
		Key:   []byte(room),
		Value: body,
		Headers: []kgo.RecordHeader{
			{Key: "event", Value: []byte(event)},
			{Key: "id", Value: []byte(id)},
			{Key: "created-at", Value: []byte(createdAt)},
		},
	}
	acknowledged := make(chan error, 1)
	r.kafka.Produce(context.Background(), record, func(_ *kgo.Record, err error) { acknowledged <- err })
	if err := <-acknowledged; err != nil {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func readBody(w http.ResponseWriter, req *http.Request) ([]byte, error) {
	limited := http.MaxBytesReader(w, req.Body, maxBody)
	if req.ContentLength > 0 && req.ContentLength <= maxBody {
		body := make([]byte, req.ContentLength)
		_, err := io.ReadFull(limited, body)
		return body, err
	}
	var buffer bytes.Buffer
	_, err := buffer.ReadFrom(limited)
	return buffer.Bytes(), err
}

func setting(name string) string {
	value := os.Getenv(name)
	if value == "" {
		log.Fatalf("%s is not set", name)
	}
	return value
}

func main() {
	kafka, err := kgo.NewClient(
		kgo.SeedBrokers(setting("KAFKA_BOOTSTRAP_SERVERS")),
		kgo.RequiredAcks(kgo.AllISRAcks()), // idempotence is on by default
		kgo.ProducerLinger(0),
		kgo.ProducerBatchCompression(kgo.NoCompression()),
		kgo.ProduceRequestTimeout(8*time.Second),
		kgo.RecordDeliveryTimeout(8*time.Second),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer kafka.Close()

	handler := &receiver{
		apiKey: setting("LIVEKIT_API_KEY"),
		secret: []byte(setting("LIVEKIT_API_SECRET")),
		topic:  setting("TOPIC"),
		kafka:  kafka,
	}
	server := &http.Server{Handler: handler, ReadHeaderTimeout: 10 * time.Second}
	listener, err := net.Listen("tcp", "127.0.0.1:"+setting("PORT"))
	if err != nil {
		log.Fatal(err)
	}
	stopping, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-stopping.Done()
		bounded, cancel := context.WithTimeout(context.Background(), 5*time.Second)
		defer cancel()
		if err := server.Shutdown(bounded); err != nil {
			log.Print(err)
		}
	}()
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
}
